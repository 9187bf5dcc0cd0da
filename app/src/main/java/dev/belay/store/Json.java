package dev.belay.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reading and writing JSON files. */
public final class Json {
    /** The one of the whole program: to make another one takes as long as to read a restore point. */
    public static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    public static byte[] bytes(Object value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
    }

    /** @throws IOException when it cannot be read or is not the JSON of such a value */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        try {
            return MAPPER.readValue(Files.readAllBytes(file), type);
        } catch (JacksonException e) {
            throw new IOException(file + " is not readable: " + e.getOriginalMessage(), e);
        }
    }
}
