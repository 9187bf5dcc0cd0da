package dev.belay.project;

/**
 * A port of a container that this machine publishes.
 *
 * @param hostIp empty for all addresses of this machine
 * @param published a number or a range such as {@code 8000-8010}; empty when the engine chooses
 */
public record Port(String hostIp, String published, int target, String protocol) {
    /** How many ports of this machine it may be: 0 when any. */
    public int choices() {
        if (published.isEmpty() || published.equals("0")) {
            return 0;
        }
        String[] ends = published.split("-", 2);
        try {
            return ends.length < 2 ? 1 : Integer.parseInt(ends[1]) - Integer.parseInt(ends[0]) + 1;
        } catch (NumberFormatException e) {
            return 1;
        }
    }

    /** Exactly one port of this machine. */
    public boolean fixed() {
        return choices() == 1;
    }

    /** Whether both cannot be published at the same time. */
    public boolean collides(Port other) {
        return fixed()
                && published.equals(other.published)
                && protocol.equals(other.protocol)
                && (hostIp.equals(other.hostIp) || everywhere() || other.everywhere());
    }

    /** On all addresses of this machine. */
    public boolean everywhere() {
        return hostIp.isEmpty() || hostIp.equals("0.0.0.0") || hostIp.equals("::");
    }

    @Override
    public String toString() {
        return (everywhere() ? "" : hostIp + ":") + published + (protocol.equals("tcp") ? "" : "/" + protocol);
    }
}
