package dev.belay.pipeline;

/** How a run can end: in the words of the reports, and as the exit code that scripts see. */
public enum Outcome {
    DEPLOYED("deployed and verified", 0),
    DEPLOYED_AS_BEFORE("deployed, not verified: what was failing before still is", 0),
    DEPLOYED_INCONCLUSIVE("deployed, not verified: inconclusive, a check could not be run", 0),
    DEPLOYED_AS_CONFIRMED("deployed because it was confirmed, not verified: a check was not good by then", 0),
    CONFIRMED("confirmed", 0),
    BACKED_UP("backed up", 0),
    ROLLED_BACK("rolled back and verified", 0),
    ROLLED_BACK_AS_CAPTURED("rolled back, but not verified: what failed when it was captured fails again", 0),
    HEALTHY("healthy", 0),
    NOTHING_TO_RESUME("nothing to resume", 0),
    UNDONE("the interrupted run was undone: nothing had been changed", 0),
    FINISHED("the interrupted run was finished: the release had been committed", 0),
    FINISHED_CONFIRMED("the interrupted run was finished: the release had been confirmed", 0),
    UNHEALTHY("not healthy", 1),
    INCONCLUSIVE("inconclusive: a check could not be run", 1),
    DEPLOY_FAILED_ROLLED_BACK("deployment failed, rolled back and verified", 3),
    DEPLOY_FAILED_BACK_AS_CAPTURED("deployment failed, rolled back; what failed before it fails again", 3),
    DEPLOY_INCONCLUSIVE_ROLLED_BACK("deployment inconclusive, a check could not be run: rolled back and verified", 3),
    NOT_CONFIRMED_ROLLED_BACK("deployment not confirmed in time, rolled back and verified", 3),
    DEPLOY_INCONCLUSIVE_BACK_AS_CAPTURED(
            "deployment inconclusive, a check could not be run: rolled back; what failed before it fails again", 3),
    NOT_CONFIRMED_BACK_AS_CAPTURED(
            "deployment not confirmed in time, rolled back; what failed before it fails again", 3),
    DEPLOY_INCONCLUSIVE_LEFT("deployment inconclusive, left as it is because deploy.automaticRollback is false", 4),
    DEPLOY_FAILED_LEFT("deployment failed, left as it is because deploy.automaticRollback is false", 4),
    ROLLED_BACK_UNHEALTHY("rolled back, but not healthy", 4),
    ROLLED_BACK_INCONCLUSIVE("rolled back, not verified: inconclusive, a check could not be run", 4),
    ROLLBACK_FAILED("rollback failed", 4),
    GIVEN_UP("given up after three resumes: an operator is needed", 4);

    private final String words;
    private final int exitCode;

    Outcome(String words, int exitCode) {
        this.words = words;
        this.exitCode = exitCode;
    }

    /** The same where what failed when it was captured fails again. */
    Outcome asCaptured() {
        return switch (this) {
            case ROLLED_BACK -> ROLLED_BACK_AS_CAPTURED;
            case DEPLOY_FAILED_ROLLED_BACK -> DEPLOY_FAILED_BACK_AS_CAPTURED;
            case DEPLOY_INCONCLUSIVE_ROLLED_BACK -> DEPLOY_INCONCLUSIVE_BACK_AS_CAPTURED;
            case NOT_CONFIRMED_ROLLED_BACK -> NOT_CONFIRMED_BACK_AS_CAPTURED;
            default -> this;
        };
    }

    public String words() {
        return words;
    }

    public int exitCode() {
        return exitCode;
    }
}
