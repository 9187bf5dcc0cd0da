package dev.belay.cli;

import dev.belay.error.Category;

/** Exit codes; scripts depend on them. */
final class ExitCodes {
    static final int OK = 0;
    static final int USAGE = 2;

    private ExitCodes() {}

    static int of(Category category) {
        return switch (category) {
            case USAGE -> USAGE;
            case ROLLBACK_FAILED, APPLY_FAILED -> 4;
            case REFUSED, BACKUP_FAILED -> 5;
            case POINT_UNUSABLE -> 6;
            case LOCKED -> 7;
            case UNFINISHED -> 8;
            case ENGINE_UNREACHABLE, ENGINE_FAILED -> 9;
            // The JVM itself leaves with 143 when the signal was TERM.
            case INTERRUPTED -> 130;
        };
    }
}
