package dev.belay.rollback;

/** IDs as people read them. */
final class Ids {
    private static final int BRIEF = 12;

    private Ids() {}

    /** @return the first twelve digits, without {@code sha256:} */
    static String brief(String id) {
        String digits = id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
        return digits.length() > BRIEF ? digits.substring(0, BRIEF) : digits;
    }
}
