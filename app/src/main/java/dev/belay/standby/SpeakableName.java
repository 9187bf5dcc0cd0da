package dev.belay.standby;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Names as this Java can say them: in most locales not every sequence of bytes is one. */
final class SpeakableName {
    private SpeakableName() {}

    /**
     * @param path relative to the root, each character stands for one byte
     * @return null where this Java, in the locale that it runs in, has no word for the name
     */
    static @Nullable Path in(Path root, String path) {
        Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        String name = new String(bytes, charset);
        if (!Arrays.equals(name.getBytes(charset), bytes)) {
            return null;
        }
        try {
            return root.resolve(name);
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
