package dev.belay.engine.docker;

/**
 * A name for an image, taken apart.
 *
 * @param tag {@code latest} when the name has none
 */
record ImageName(String repository, String tag) {
    /** The colon of a registry's port comes before the last slash, that of a tag after it. */
    static ImageName parse(String name) {
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/')
                ? new ImageName(name.substring(0, colon), name.substring(colon + 1))
                : new ImageName(name, "latest");
    }

    /** As the engine lists it: Docker Hub's own host and library are left out. */
    String familiar() {
        String short1 = without(without(repository, "docker.io/"), "index.docker.io/");
        return without(short1, "library/") + ":" + tag;
    }

    private static String without(String text, String prefix) {
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }
}
