package dev.belay.pipeline;

import java.util.EnumSet;
import java.util.Set;

/** How far a run has come, as the journal keeps it. What follows what, and what a resume does, are in the two tables. */
public enum Phase {
    CAPTURE,
    SEALED,
    APPLY,
    VERIFY,
    CONFIRM,
    COMMITTED,
    ROLLBACK,
    ENDED;

    /** What {@code belay resume} does with a run that was cut off in a phase. */
    public enum OnResume {
        DISCARD("let go of what was held, discard the partial restore point"),
        LEAVE("nothing was changed: end the run"),
        ROLL_BACK("roll back to the restore point of the run"),
        COMMIT_IF_CONFIRMED("commit if it was confirmed, else roll back to the restore point of the run"),
        FINISH("finish what the commit left: keep the files, apply the retention"),
        GO_ON("go on with the rollback"),
        NOTHING("nothing: the run has ended");

        private final String words;

        OnResume(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** Table 1: which phases may follow. docs/state-machine.md shows the same, held by a test. */
    public Set<Phase> next() {
        return switch (this) {
            case CAPTURE -> EnumSet.of(SEALED, ENDED);
            case SEALED -> EnumSet.of(APPLY, ENDED);
            case APPLY -> EnumSet.of(VERIFY, ROLLBACK, ENDED);
            case VERIFY -> EnumSet.of(CONFIRM, COMMITTED, ROLLBACK, ENDED);
            case CONFIRM -> EnumSet.of(COMMITTED, ROLLBACK, ENDED);
            case COMMITTED -> EnumSet.of(ENDED);
            case ROLLBACK -> EnumSet.of(ENDED);
            case ENDED -> EnumSet.noneOf(Phase.class);
        };
    }

    /** Table 2: what a resume does from here. docs/state-machine.md shows the same, held by a test. */
    public OnResume onResume() {
        return switch (this) {
            case CAPTURE -> OnResume.DISCARD;
            case SEALED -> OnResume.LEAVE;
            case APPLY -> OnResume.ROLL_BACK;
            case VERIFY -> OnResume.ROLL_BACK;
            case CONFIRM -> OnResume.COMMIT_IF_CONFIRMED;
            case COMMITTED -> OnResume.FINISH;
            case ROLLBACK -> OnResume.GO_ON;
            case ENDED -> OnResume.NOTHING;
        };
    }

    /** Nothing of what runs was changed up to here, and unwinding takes back what was begun. */
    boolean nothingChanged() {
        return this == CAPTURE || this == SEALED;
    }
}
