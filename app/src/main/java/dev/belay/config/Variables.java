package dev.belay.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The variables that Compose would see: the environment first, then the env files or, without those, {@code .env}. */
final class Variables {
    private final UserFiles files;
    private final Map<String, String> environment;
    private final Map<String, String> fromFiles = new LinkedHashMap<>();

    Variables(UserFiles files, Map<String, String> environment) {
        this.files = files;
        this.environment = environment;
    }

    /** A later file wins over an earlier one; a file that cannot be read is passed over. */
    void addEnvFiles(List<Path> files) {
        for (Path file : files) {
            fromFiles.putAll(read(file));
        }
    }

    /** What is known already wins: the directory where Belay was started speaks before the compose file's own. */
    void addDotEnv(Path directory) {
        read(directory.resolve(".env")).forEach(fromFiles::putIfAbsent);
    }

    Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>(fromFiles);
        all.putAll(environment);
        return all;
    }

    /** Empty when it is not set; a variable that is set but empty in the environment hides the files' value. */
    String get(String name) {
        return all().getOrDefault(name, "");
    }

    private Map<String, String> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Map.of();
        }
        try {
            return files.variables(file, all());
        } catch (IOException e) {
            // Compose says what is wrong with it when it is used; a rollback needs none of it
            return Map.of();
        }
    }
}
