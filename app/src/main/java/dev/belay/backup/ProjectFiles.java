package dev.belay.backup;

import dev.belay.config.Configuration;
import dev.belay.config.DotEnv;
import dev.belay.engine.compose.ComposeReferences;
import dev.belay.store.CommittedRelease.NewFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The compose files of a project, its env files and every file that they refer to, as they are on the disk. */
public final class ProjectFiles {
    static final String REFERENCED = "referenced";

    private final Configuration configuration;
    private final Map<String, String> environment;

    /** @param environment of this process; it wins over the env files where file names contain variables */
    public ProjectFiles(Configuration configuration, Map<String, String> environment) {
        this.configuration = configuration;
        this.environment = environment;
    }

    public record Found(List<NewFile> files, List<String> warnings) {}

    public Found find() throws IOException {
        Set<Path> envFiles = new LinkedHashSet<>(configuration.envFiles());
        Path implicit = configuration.projectDirectory().resolve(".env");
        if (Files.isRegularFile(implicit)) {
            envFiles.add(implicit);
        }
        Map<String, String> variables = new LinkedHashMap<>();
        List<NewFile> files = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        Set<Path> seen = new LinkedHashSet<>();
        for (Path env : envFiles) {
            if (Files.isRegularFile(env)) {
                variables.putAll(DotEnv.parse(Files.readString(env), environment));
            }
        }
        variables.putAll(environment);
        ComposeReferences.Found references = ComposeReferences.in(configuration.composeFiles(), variables);
        warnings.addAll(references.warnings());
        add(configuration.composeFiles(), "compose", seen, files, warnings);
        add(envFiles, "env", seen, files, warnings);
        add(references.composeFiles(), REFERENCED, seen, files, warnings);
        add(references.others(), REFERENCED, seen, files, warnings);
        return new Found(files, warnings);
    }

    private static void add(
            Iterable<Path> paths, String kind, Set<Path> seen, List<NewFile> files, List<String> warnings)
            throws IOException {
        for (Path path : paths) {
            Path absolute = path.toAbsolutePath().normalize();
            if (!seen.add(absolute)) {
                continue;
            }
            if (!Files.isRegularFile(absolute)) {
                warnings.add(absolute + " is not there and was not captured");
                continue;
            }
            Map<String, Object> attributes = Files.readAttributes(absolute, "unix:permissions,uid,gid");
            @SuppressWarnings("unchecked")
            Set<PosixFilePermission> permissions = (Set<PosixFilePermission>) attributes.get("permissions");
            files.add(new NewFile(
                    absolute.toString(),
                    kind,
                    Files.readAllBytes(absolute),
                    PosixFilePermissions.toString(permissions == null ? Set.of() : permissions),
                    (Integer) attributes.getOrDefault("uid", 0),
                    (Integer) attributes.getOrDefault("gid", 0)));
        }
    }
}
