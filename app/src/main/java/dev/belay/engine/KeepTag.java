package dev.belay.engine;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.util.Optional;

/**
 * Belay's own tag on an image that a restore point holds. With it an image whose other tags have moved on is not taken by
 * {@code docker image prune} and {@code docker rmi TAG}.
 *
 * <p>{@code docker image prune --all} removes the tags of every image in alphabetical order, and of one that a container
 * uses it leaves the last. Nothing sorts before this name, so that the tag that Compose asks for is never the one that goes.
 */
public final class KeepTag {
    /** No registry has this name: {@code .invalid} is nobody's. */
    public static final String REPOSITORY = "0-belay.invalid/keep";

    private static final int ID_DIGITS = 12;
    private static final int LONGEST = 128;

    private KeepTag() {}

    /** Empty where the project's name is too long for a tag: then the archive alone holds the image. */
    public static Optional<String> of(String project, String imageId) {
        String tag = project + "." + shortId(imageId);
        return tag.length() > LONGEST ? Optional.empty() : Optional.of(REPOSITORY + ":" + tag);
    }

    /** As people read it: twelve digits. */
    public static String shortId(String imageId) {
        String digits = imageId.substring(imageId.indexOf(':') + 1);
        return digits.substring(0, Math.min(ID_DIGITS, digits.length()));
    }

    /** Whosever it is. */
    public static boolean is(String tag) {
        return tag.startsWith(REPOSITORY + ":");
    }

    /** A project's name has no dot. */
    public static boolean isOf(String project, String tag) {
        return tag.startsWith(REPOSITORY + ":" + project + ".");
    }

    /**
     * Gives it to an image.
     *
     * @return why the engine did not let it; empty when the image has it
     */
    public static String give(Engine engine, String project, String imageId) {
        Optional<String> tag = of(project, imageId);
        try {
            if (tag.isPresent()
                    && engine.image(tag.get())
                            .filter(i -> i.id().equals(imageId))
                            .isEmpty()) {
                engine.tag(imageId, tag.get());
            }
            return "";
        } catch (BelayException e) {
            if (e.category() != Category.ENGINE_FAILED) {
                throw e;
            }
            return e.why();
        }
    }
}
