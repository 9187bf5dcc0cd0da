package dev.belay.config;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes the configuration of a run from the command line, the environment, {@code belay.yml} and what is on disk. */
public final class ConfigurationLoader {
    private static final Path DEFAULT_BACKUPS = Path.of("/var/lib/belay");

    private final Options options;
    private final Map<String, String> environment;
    private final UserFiles files;
    private final Path base;
    private final Problems problems = new Problems();

    private ConfigurationLoader(
            Options options, Map<String, String> environment, UserFiles files, Path workingDirectory) {
        this.options = options;
        this.environment = environment;
        this.files = files;
        this.base = options.projectDirectory() == null
                ? workingDirectory
                : absolute(workingDirectory, options.projectDirectory());
    }

    /**
     * Compose and env files that were named need not exist, so that a rollback works without them; see
     * {@link Configuration#requireComposeFiles()}.
     *
     * @throws BelayException USAGE with everything that is wrong
     */
    public static Configuration load(Options options, Map<String, String> environment, UserFiles files) {
        return load(options, environment, files, workingDirectory(environment));
    }

    /** @param workingDirectory where relative paths start, unless a project directory is given */
    public static Configuration load(
            Options options, Map<String, String> environment, UserFiles files, Path workingDirectory) {
        return new ConfigurationLoader(options, environment, files, workingDirectory).load(true);
    }

    /** The same, as if there were no {@code belay.yml}. */
    public static Configuration discover(
            Options options, Map<String, String> environment, UserFiles files, Path workingDirectory) {
        return new ConfigurationLoader(options, environment, files, workingDirectory).load(false);
    }

    /** The {@code belay.yml} that {@link #load} reads; empty when there is none. */
    public static Optional<Path> file(
            Options options, Map<String, String> environment, UserFiles files, Path workingDirectory) {
        ConfigurationLoader loader = new ConfigurationLoader(options, environment, files, workingDirectory);
        return loader.configFile(absolute(loader.base, options.files()));
    }

    /**
     * Reads a text as {@link #load} reads a {@code belay.yml}.
     *
     * @param directory where relative paths in it start
     * @throws BelayException USAGE with everything that is wrong
     */
    public static void require(String text, Path directory) {
        Problems problems = new Problems();
        Settings.read(BelayFile.parse(text, directory, BelayFile.NAME), problems);
        problems.throwIfAny();
    }

    private Configuration load(boolean withFile) {
        if (options.projectDirectory() != null && !Files.isDirectory(base)) {
            throw new BelayException(
                    Category.USAGE,
                    "cannot use the project directory " + base,
                    Files.exists(base) ? "it is not a directory" : "there is no such directory",
                    "Correct -C");
        }
        List<Path> optionFiles = absolute(base, options.files());
        BelayFile file = withFile
                ? configFile(optionFiles)
                        .map(f -> BelayFile.read(files, f, shown(f)))
                        .orElseGet(() -> BelayFile.none(base))
                : BelayFile.none(base);
        // -C is where everything starts; without it belay.yml means files beside itself
        Path start = options.projectDirectory() != null ? base : file.directory();
        Settings settings = Settings.read(file, start, problems);

        List<Path> envFiles = firstGiven(
                absolute(base, options.envFiles()),
                firstGiven(paths(start, settings.envFiles()), envFilesOfTheEnvironment()));
        List<Path> composeFiles = firstGiven(optionFiles, paths(start, settings.files()));
        if (composeFiles.isEmpty()) {
            composeFiles = firstGiven(filesOfTheEnvironment(envFiles), search(base));
        }
        Path projectDirectory =
                options.projectDirectory() != null || composeFiles.isEmpty() ? base : parent(composeFiles.get(0));

        Variables variables = new Variables(files, environment);
        variables.addEnvFiles(envFiles);
        if (envFiles.isEmpty()) {
            if (optionFiles.isEmpty() && settings.files().isEmpty() && !composeFileIsInTheEnvironment()) {
                variables.addDotEnv(base);
            }
            variables.addDotEnv(projectDirectory);
        }
        String project = project(settings, composeFiles, projectDirectory, variables);
        problems.throwIfAny();
        return new Configuration(
                projectDirectory,
                project,
                List.copyOf(composeFiles),
                List.copyOf(envFiles),
                new Configuration.Backups(backups(settings, start, project), settings.keep(), settings.compression()),
                settings.data(),
                settings.deploy(),
                settings.verify(),
                settings.rollback());
    }

    /** The file named with --config, else the belay.yml beside the first compose file or in the project directory. */
    private Optional<Path> configFile(List<Path> optionFiles) {
        if (options.configFile() != null) {
            return Optional.of(absolute(base, options.configFile()));
        }
        return configDirectories(optionFiles).stream()
                .map(directory -> directory.resolve(BelayFile.NAME))
                .filter(Files::exists)
                .findFirst();
    }

    private List<Path> configDirectories(List<Path> optionFiles) {
        if (!optionFiles.isEmpty()) {
            Path beside = parent(optionFiles.get(0));
            return options.projectDirectory() == null ? List.of(beside) : List.of(beside, base);
        }
        List<Path> named =
                filesOfTheEnvironment(firstGiven(absolute(base, options.envFiles()), envFilesOfTheEnvironment()));
        if (!named.isEmpty()) {
            return List.of(base, parent(named.get(0)));
        }
        // the first directory upwards that has either, so that a stranger's belay.yml further up is never taken
        return upwards(base)
                .filter(d -> Files.exists(d.resolve(BelayFile.NAME))
                        || !ComposeFiles.in(d).isEmpty())
                .findFirst()
                .map(List::of)
                .orElse(List.of());
    }

    private boolean composeFileIsInTheEnvironment() {
        return !environment.getOrDefault("COMPOSE_FILE", "").isBlank();
    }

    /** COMPOSE_FILE from the environment, else from the env files or the .env where Belay was started. */
    private List<Path> filesOfTheEnvironment(List<Path> envFiles) {
        Variables variables = new Variables(files, environment);
        variables.addEnvFiles(envFiles);
        if (envFiles.isEmpty()) {
            variables.addDotEnv(base);
        }
        String separator = variables.get("COMPOSE_PATH_SEPARATOR");
        return split(variables.get("COMPOSE_FILE"), separator.isEmpty() ? ":" : separator, "COMPOSE_FILE");
    }

    /** As Compose, from the environment alone: an env file cannot name env files. */
    private List<Path> envFilesOfTheEnvironment() {
        return split(environment.getOrDefault("COMPOSE_ENV_FILES", ""), ",", "COMPOSE_ENV_FILES");
    }

    private List<Path> split(String list, String separator, String variable) {
        List<Path> paths = new ArrayList<>();
        for (String name : list.split(Pattern.quote(separator), -1)) {
            if (!name.isBlank()) {
                paths.addAll(path(base, name.strip(), variable));
            }
        }
        return paths;
    }

    private static List<Path> search(Path from) {
        return upwards(from)
                .map(ComposeFiles::in)
                .filter(f -> !f.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static Stream<Path> upwards(Path from) {
        return Stream.iterate(from, d -> d != null, Path::getParent);
    }

    private String project(Settings settings, List<Path> composeFiles, Path projectDirectory, Variables variables) {
        String option = options.project() == null ? "" : options.project();
        String variable = variables.get("COMPOSE_PROJECT_NAME");
        if (!option.isEmpty()) {
            return checked(option, "-p");
        }
        if (settings.project() != null) {
            return settings.project();
        }
        if (!variable.isEmpty()) {
            return checked(variable, "COMPOSE_PROJECT_NAME");
        }
        if (composeFiles.isEmpty()) {
            problems.throwIfAny();
            throw ComposeFiles.noneFound(upwards(base).toList());
        }
        return discovered(composeFiles, projectDirectory, variables);
    }

    private String checked(String name, String where) {
        if (!ProjectName.valid(name)) {
            problems.add(new Problem(where, "", "`" + name + "` is no project name", ProjectName.RULE));
        }
        return name;
    }

    private String discovered(List<Path> composeFiles, Path projectDirectory, Variables variables) {
        Optional<String> named;
        try {
            named = ComposeFiles.name(files, composeFiles, variables.all());
        } catch (Interpolation.Unresolved e) {
            // any other name would be another project's: better none than the wrong one
            problems.add(new Problem(
                    "the compose file", "name", String.valueOf(e.getMessage()), "set it, or give the project with -p"));
            return "";
        }
        Path last = projectDirectory.getFileName();
        String name = ProjectName.normalise(named.orElse(last == null ? "" : last.toString()));
        if (name.isEmpty()) {
            problems.add(new Problem(
                    projectDirectory.toString(), "", "its name gives no project name", "give the project with -p"));
        }
        return name;
    }

    private Path backups(Settings settings, Path start, String project) {
        if (options.backups() != null) {
            return absolute(base, options.backups());
        }
        return settings.backupDirectory() != null
                ? absolute(start, Path.of(settings.backupDirectory()))
                : DEFAULT_BACKUPS.resolve(project);
    }

    private List<Path> paths(Path start, List<String> names) {
        return names.stream()
                .flatMap(n -> path(start, n, BelayFile.NAME).stream())
                .toList();
    }

    private List<Path> path(Path start, String name, String where) {
        try {
            return List.of(absolute(start, Path.of(name)));
        } catch (InvalidPathException e) {
            problems.add(new Problem(where, "", "`" + name + "` is no path", "name a file"));
            return List.of();
        }
    }

    private static List<Path> absolute(Path start, List<Path> paths) {
        return paths.stream().map(p -> absolute(start, p)).toList();
    }

    private static Path absolute(Path start, Path path) {
        return start.resolve(path).normalize();
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    private String shown(Path file) {
        return file.startsWith(base) ? base.relativize(file).toString() : file.toString();
    }

    private static List<Path> firstGiven(List<Path> first, List<Path> second) {
        return first.isEmpty() ? second : first;
    }

    /**
     * The directory by the name under which the user went there, as Compose sees it: the project name of a symbolic
     * link {@code current} is "current", not that of the directory it points to.
     */
    public static Path workingDirectory(Map<String, String> environment) {
        Path physical = Path.of("").toAbsolutePath();
        String logical = environment.getOrDefault("PWD", "");
        try {
            if (logical.startsWith("/") && Files.isSameFile(Path.of(logical), physical)) {
                return Path.of(logical).normalize();
            }
        } catch (IOException | InvalidPathException e) {
            return physical;
        }
        return physical;
    }
}
