package dev.belay.pipeline;

import dev.belay.config.Configuration;
import dev.belay.config.Durations;
import dev.belay.verify.CheckResult;
import dev.belay.verify.Verdict;
import dev.belay.verify.Verification;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Whether a new release stays: judged until a verdict, watched for a while, and decided on where nobody can know. */
final class Judge implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Session session;
    private final Operator operator;
    private final Baseline baseline;
    private final Verification verification;
    private boolean keptInconclusive;
    private @Nullable Verdict last;

    /** @param verification of the new release, which ends with this */
    Judge(Session session, Operator operator, Baseline baseline, Verification verification) {
        this.session = session;
        this.operator = operator;
        this.baseline = baseline;
        this.verification = verification;
    }

    /**
     * Why a release is not to stay.
     *
     * @param verdict null when there is none
     * @param rolledBack how the run ends when what ran before is back
     * @param left how it ends when nothing is put back
     */
    record Failure(String why, @Nullable Verdict verdict, Outcome rolledBack, Outcome left) {
        static Failure of(String why, @Nullable Verdict verdict) {
            return new Failure(why, verdict, Outcome.DEPLOY_FAILED_ROLLED_BACK, Outcome.DEPLOY_FAILED_LEFT);
        }
    }

    /** Until a verdict, and then for as long as the policy says. */
    @Nullable
    Failure judge() throws InterruptedException {
        Failure failure = decide(verification.verdict(), "");
        Duration monitor = session.configuration().verify().monitor();
        if (failure != null || monitor.isZero()) {
            return failure;
        }
        session.progress().note("still watched for " + Durations.format(monitor) + " before it is committed");
        return decide(verification.monitor(monitor), "while it was still watched: ");
    }

    /** @param decided whether nobody needs to wait any longer */
    @Nullable
    Failure watchUntil(BooleanSupplier decided, Duration longest) throws InterruptedException {
        String when = "while it waited for a confirmation: ";
        Verdict verdict = verification.watchUntil(decided, longest);
        last = verdict;
        // Nobody is asked here: who is to decide is asked for the confirmation already.
        return switch (verdict.state()) {
            case HEALTHY -> null;
            case UNHEALTHY -> Failure.of(when + Health.why(verdict), verdict);
            case INCONCLUSIVE -> baseline.explains(verdict) || mayStay() ? null : inconclusive(verdict, when);
        };
    }

    private @Nullable Failure decide(Verdict verdict, String when) throws InterruptedException {
        last = verdict;
        return switch (verdict.state()) {
            case HEALTHY -> null;
            case UNHEALTHY -> Failure.of(when + Health.why(verdict), verdict);
            case INCONCLUSIVE -> baseline.explains(verdict) || keeps(verdict) ? null : inconclusive(verdict, when);
        };
    }

    /** Without asking anybody. */
    private boolean mayStay() {
        keptInconclusive |= session.configuration().verify().onInconclusive() == Configuration.OnInconclusive.KEEP;
        return keptInconclusive;
    }

    private static Failure inconclusive(Verdict verdict, String when) {
        return new Failure(
                when + "inconclusive: " + Health.why(verdict),
                verdict,
                Outcome.DEPLOY_INCONCLUSIVE_ROLLED_BACK,
                Outcome.DEPLOY_INCONCLUSIVE_LEFT);
    }

    private boolean keeps(Verdict verdict) throws InterruptedException {
        if (!keptInconclusive) {
            Configuration.OnInconclusive policy =
                    session.configuration().verify().onInconclusive();
            session.progress().warn("inconclusive: " + Health.why(verdict));
            keptInconclusive = switch (policy) {
                case ROLLBACK -> false;
                case KEEP -> true;
                case ASK -> ask(verdict);
            };
        }
        return keptInconclusive;
    }

    private boolean ask(Verdict verdict) throws InterruptedException {
        Optional<Boolean> answer = operator.agrees(
                "Nobody knows whether the release is good: " + Health.why(verdict) + ". Keep it?", PATIENCE);
        if (answer.isEmpty()) {
            session.progress().warn("verify.onInconclusive is ask, but nobody answered: it is rolled back");
        }
        return answer.orElse(false);
    }

    /** How a run ends whose release stays. */
    Outcome outcome() {
        if (last == null) {
            return Outcome.DEPLOYED;
        }
        boolean unknown = last.state() == Verdict.State.INCONCLUSIVE;
        if (unknown && keptInconclusive) {
            return Outcome.DEPLOYED_INCONCLUSIVE;
        }
        boolean open = last.checks().stream().anyMatch(c -> c.required() && c.state() == CheckResult.State.PENDING);
        if (open || last.state() == Verdict.State.UNHEALTHY || (unknown && !baseline.explains(last))) {
            // It was found healthy, and confirmed at the moment when it was not any more.
            return Outcome.DEPLOYED_AS_CONFIRMED;
        }
        return baseline.stillBad(last) ? Outcome.DEPLOYED_AS_BEFORE : Outcome.DEPLOYED;
    }

    /** Tells the report what was seen last. */
    void tell(ReportBuilder report) {
        if (last == null) {
            return;
        }
        report.checks(Health.report(last.checks()));
        List<String> compared = baseline.comparedWith(last);
        compared.forEach(session.progress()::warn);
        report.notes(compared);
        if (outcome() == Outcome.DEPLOYED_AS_CONFIRMED) {
            report.why(Health.why(last));
        } else if (outcome() != Outcome.DEPLOYED) {
            last.failures().stream()
                    .filter(c -> c.state() == CheckResult.State.INCONCLUSIVE || !c.required())
                    .findFirst()
                    .ifPresent(c -> report.why(c.name() + ": " + c.reason()));
        }
    }

    @Override
    public void close() {
        verification.close();
    }
}
