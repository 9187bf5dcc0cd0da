package dev.belay.pipeline;

/** How a run can end, in the words of the reports. */
public enum Outcome {
    DEPLOYED("deployed and verified"),
    BACKED_UP("backed up"),
    ROLLED_BACK("rolled back and verified"),
    DEPLOY_FAILED_ROLLED_BACK("deployment failed, rolled back and verified"),
    DEPLOY_FAILED_LEFT("deployment failed, left as it is because deploy.automaticRollback is false"),
    ROLLBACK_FAILED("rollback failed"),
    ROLLED_BACK_UNHEALTHY("rolled back, but not healthy"),
    HEALTHY("healthy"),
    UNHEALTHY("not healthy"),
    INCONCLUSIVE("inconclusive: a check could not be run");

    private final String words;

    Outcome(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
