package dev.belay.engine;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of the Engine API, such as 1.41; its parts are numbers, so 1.9 is older than 1.41. */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    /** Docker 20.10: older ones lack fields that Belay must put back. */
    public static final ApiVersion OLDEST = new ApiVersion(1, 41);
    /** The newest one that Belay was written for; engines keep understanding it. */
    public static final ApiVersion NEWEST = new ApiVersion(1, 51);

    /** From here on the MAC address belongs to the endpoint, and a create document may have several endpoints. */
    static final ApiVersion ENDPOINT_MAC = new ApiVersion(1, 44);

    private static final Pattern FORM = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})");

    public static Optional<ApiVersion> parse(String text) {
        Matcher m = FORM.matcher(text);
        return m.matches()
                ? Optional.of(new ApiVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))))
                : Optional.empty();
    }

    public boolean atLeast(ApiVersion other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(ApiVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
