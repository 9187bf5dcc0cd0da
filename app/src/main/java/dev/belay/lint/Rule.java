package dev.belay.lint;

import java.util.Locale;

/** What is looked for; docs/lint.md holds the same table. */
public enum Rule {
    ANONYMOUS_VOLUME("data in a volume without a name: `down` and `up -V` lose it"),
    CONTAINER_NAME_WITH_SCALE("a fixed container name where more than one container shall run"),
    DATA_OUTSIDE_MOUNT("a database whose data is in no mount, is excluded, or is not on this machine"),
    ENV_FILE_NOT_CAPTURED("an env file that Compose or a container reads and that no restore point holds"),
    FIXED_HOST_PORT("a port of the machine that cannot be published twice, where it would have to be"),
    FIXED_NAME("a container name that cannot be used twice, where it would have to be"),
    MONITOR_TOO_SHORT("Belay stops watching before a healthcheck could have failed"),
    MOVING_TAG("an image whose tag will point to another image one day"),
    NO_HEALTHCHECK("a service of which nobody knows whether it works"),
    PULL_POLICY_ALWAYS("an image that is pulled at every start"),
    UNSET_VARIABLE("a variable that is set neither here nor in an env file, so that a default stands in for it");

    private final String summary;

    Rule(String summary) {
        this.summary = summary;
    }

    /** As it is shown, such as {@code moving-tag}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String summary() {
        return summary;
    }
}
