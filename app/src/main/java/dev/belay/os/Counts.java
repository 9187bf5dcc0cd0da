package dev.belay.os;

/** Numbers of things for people. */
public final class Counts {
    private Counts() {}

    /** @return such as {@code 1 restore point}, {@code 2 restore points} */
    public static String of(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }
}
