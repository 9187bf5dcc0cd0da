package dev.belay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.os.Trust;
import dev.belay.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationLoaderTest {
    private static final UserFiles FILES = new UserFiles(Trust.ofCaller(Map.of()), Redactor.create());

    @TempDir
    private Path temporary;

    private Path root = Path.of("/");

    @BeforeEach
    void makeTheRoot() throws IOException {
        root = Files.createDirectory(temporary.resolve("Root.Dir"));
    }

    private Path write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        return Files.writeString(file, text);
    }

    private Configuration load(Options options, Map<String, String> environment) {
        return ConfigurationLoader.load(options, environment, FILES, root);
    }

    private Configuration load() {
        return load(Options.NONE, Map.of());
    }

    private List<String> files(Configuration configuration) {
        return configuration.composeFiles().stream()
                .map(f -> root.relativize(f).toString())
                .toList();
    }

    private static Options options(
            @Nullable String directory, List<String> files, @Nullable String project, @Nullable String config) {
        return new Options(
                directory == null ? null : Path.of(directory),
                files.stream().map(Path::of).toList(),
                project,
                List.of(),
                config == null ? null : Path.of(config),
                null);
    }

    private static void assertUsage(Runnable load, String... parts) {
        assertThatThrownBy(load::run).isInstanceOfSatisfying(BelayException.class, e -> {
            assertThat(e.category()).isEqualTo(Category.USAGE);
            assertThat(e.what() + "\n" + e.why() + "\n" + e.tryThis()).contains(parts);
        });
    }

    @Test
    void withoutAnyConfigurationEverythingIsDiscovered() throws IOException {
        write("compose.yaml", "services: {}");
        Configuration configuration = load();
        assertThat(configuration.projectDirectory()).isEqualTo(root);
        assertThat(configuration.project()).isEqualTo("rootdir");
        assertThat(files(configuration)).containsExactly("compose.yaml");
        assertThat(configuration.envFiles()).isEmpty();
        assertThat(configuration.backups().directory()).isEqualTo(Path.of("/var/lib/belay/rootdir"));
        assertThat(configuration.verify().checks()).containsExactly(new CheckSpec.Disk("disk /", true, "/", 90));
    }

    @ParameterizedTest
    @CsvSource({
        "compose.yml docker-compose.yml compose.yaml, compose.yaml",
        "docker-compose.yaml docker-compose.yml, docker-compose.yml",
        "compose.yml compose.override.yml, compose.yml compose.override.yml",
        "compose.yml docker-compose.override.yaml, compose.yml docker-compose.override.yaml",
        "compose.yml docker-compose.override.yml compose.override.yaml, compose.yml compose.override.yaml",
    })
    void composesOwnSearchOrderHolds(String present, String found) throws IOException {
        for (String name : present.split(" ", -1)) {
            write(name, "services: {}");
        }
        assertThat(String.join(" ", files(load()))).isEqualTo(found);
    }

    @Test
    void parentsAreSearched_andTheFilesDirectoryIsTheProjects() throws IOException {
        write("compose.yaml", "services: {}");
        write("belay.yml", "backups: {keep: 9}");
        Path deep = Files.createDirectories(root.resolve("a/b"));
        Configuration configuration = ConfigurationLoader.load(Options.NONE, Map.of(), FILES, deep);
        assertThat(configuration.projectDirectory()).isEqualTo(root);
        assertThat(configuration.project()).isEqualTo("rootdir");
        assertThat(configuration.backups().keep()).isEqualTo(9);
    }

    @Test
    void aStrangersBelayYmlFurtherUpIsNotTaken() throws IOException {
        write("belay.yml", "backups: {keep: 9}");
        write("a/compose.yaml", "services: {}");
        Configuration configuration = ConfigurationLoader.load(Options.NONE, Map.of(), FILES, root.resolve("a"));
        assertThat(configuration.backups().keep()).isEqualTo(5);
    }

    @Test
    void filesComeFromTheOption_thenBelayYml_thenTheEnvironment_thenDotEnv_thenTheSearch() throws IOException {
        write("compose.yaml", "services: {}");
        assertThat(files(load())).containsExactly("compose.yaml");

        write(".env", "COMPOSE_FILE=d1.yml:d/d2.yml");
        assertThat(files(load())).containsExactly("d1.yml", "d/d2.yml");

        Map<String, String> environment = Map.of("COMPOSE_FILE", "e1.yml,e2.yml", "COMPOSE_PATH_SEPARATOR", ",");
        assertThat(files(load(Options.NONE, environment))).containsExactly("e1.yml", "e2.yml");

        write("belay.yml", "files: [b.yml]");
        assertThat(files(load(Options.NONE, environment))).containsExactly("b.yml");

        assertThat(files(load(options(null, List.of("f.yml", "g.yml"), null, null), environment)))
                .containsExactly("f.yml", "g.yml");
    }

    @Test
    void theDirectoryOptionIsWhereEverythingStarts() throws IOException {
        write("sub/x/compose.yml", "services: {}");
        write("sub/belay.yml", "envFiles: [.env.prod]\nbackups: {directory: points}\n");
        Configuration configuration = load(options("sub", List.of("x/compose.yml"), null, null), Map.of());
        assertThat(configuration.projectDirectory()).isEqualTo(root.resolve("sub"));
        assertThat(configuration.project()).isEqualTo("sub");
        assertThat(files(configuration)).containsExactly("sub/x/compose.yml");
        assertThat(configuration.envFiles()).containsExactly(root.resolve("sub/.env.prod"));
        assertThat(configuration.backups().directory()).isEqualTo(root.resolve("sub/points"));
    }

    @Test
    void withTheFileOption_theFilesDirectoryIsTheProjects_andItsBelayYmlIsUsed() throws IOException {
        write("belay.yml", "backups: {keep: 1}");
        write("deploy/belay.yml", "backups: {keep: 2, directory: points}");
        Configuration configuration = load(options(null, List.of("deploy/c.yml"), null, null), Map.of());
        assertThat(configuration.projectDirectory()).isEqualTo(root.resolve("deploy"));
        assertThat(configuration.project()).isEqualTo("deploy");
        assertThat(configuration.backups().keep()).isEqualTo(2);
        assertThat(configuration.backups().directory()).isEqualTo(root.resolve("deploy/points"));
    }

    @Test
    void theBelayYmlBesideTheComposeFileOfTheEnvironmentIsUsed() throws IOException {
        write("deploy/belay.yml", "backups: {keep: 2}");
        Configuration configuration = load(Options.NONE, Map.of("COMPOSE_FILE", "deploy/c.yml"));
        assertThat(configuration.backups().keep()).isEqualTo(2);
        assertThat(configuration.projectDirectory()).isEqualTo(root.resolve("deploy"));
    }

    @Test
    void aNamedConfigurationFileMustExist_andItsPathsStartBesideIt() throws IOException {
        write("etc/b.yml", "files: [app.yml]\nbackups: {directory: ../points}");
        Configuration configuration = load(options(null, List.of(), null, "etc/b.yml"), Map.of());
        assertThat(files(configuration)).containsExactly("etc/app.yml");
        assertThat(configuration.backups().directory()).isEqualTo(root.resolve("points"));
        assertUsage(
                () -> load(options(null, List.of(), null, "etc/none.yml"), Map.of()),
                "cannot use the configuration file etc/none.yml",
                "there is no such file");
    }

    @Test
    void envFilesComeFromTheOption_thenBelayYml_thenTheEnvironment() throws IOException {
        write("compose.yaml", "services: {}");
        Map<String, String> environment = Map.of("COMPOSE_ENV_FILES", "e1, e2");
        assertThat(load(Options.NONE, environment).envFiles()).containsExactly(root.resolve("e1"), root.resolve("e2"));
        write("belay.yml", "envFiles: [b]");
        assertThat(load(Options.NONE, environment).envFiles()).containsExactly(root.resolve("b"));
        Options option = new Options(null, List.of(), null, List.of(Path.of("o")), null, null);
        assertThat(load(option, environment).envFiles()).containsExactly(root.resolve("o"));
    }

    @Test
    void theProjectComesFromTheOption_thenBelayYml_thenTheEnvironment_thenTheFiles_thenTheDirectory()
            throws IOException {
        write("compose.yaml", "services: {}");
        assertThat(load().project()).isEqualTo("rootdir");

        write("compose.yaml", "name: \"From ${WHERE:-the} File\"");
        assertThat(load().project()).isEqualTo("fromthefile");
        assertThat(load(Options.NONE, Map.of("WHERE", "Env")).project()).isEqualTo("fromenvfile");

        write(".env", "WHERE=dot\n");
        assertThat(load().project()).isEqualTo("fromdotfile");

        write(".env", "COMPOSE_PROJECT_NAME=dotenv\n");
        assertThat(load().project()).isEqualTo("dotenv");
        assertThat(load(Options.NONE, Map.of("COMPOSE_PROJECT_NAME", "")).project())
                .isEqualTo("fromthefile");
        Map<String, String> environment = Map.of("COMPOSE_PROJECT_NAME", "env");
        assertThat(load(Options.NONE, environment).project()).isEqualTo("env");

        write("belay.yml", "project: belays");
        assertThat(load(Options.NONE, environment).project()).isEqualTo("belays");
        assertThat(load(options(null, List.of(), "option", null), environment).project())
                .isEqualTo("option");
        assertThat(load(options(null, List.of(), "", null), environment).project())
                .isEqualTo("belays");
    }

    @Test
    void theLastFileThatSetsANameGivesIt() throws IOException {
        write("1.yml", "name: one");
        write("2.yml", "name: two\n---\nname: three\n");
        write("3.yml", "name: \"\"\nservices: {}");
        assertThat(load(options(null, List.of("1.yml", "2.yml", "3.yml"), null, null), Map.of())
                        .project())
                .isEqualTo("three");
    }

    @Test
    void anEnvFileReplacesDotEnv() throws IOException {
        write("compose.yaml", "name: ${N:-none}");
        write(".env", "N=dot");
        write("prod.env", "N=prod");
        Options option = new Options(null, List.of(), null, List.of(Path.of("prod.env")), null, null);
        assertThat(load(option, Map.of()).project()).isEqualTo("prod");
        assertThat(load().project()).isEqualTo("dot");
    }

    @Test
    void dotEnvIsTheOneBesideTheNamedComposeFile() throws IOException {
        write("a/c.yml", "name: ${N:-none}");
        write("a/.env", "N=beside");
        write(".env", "N=here");
        assertThat(load(options(null, List.of("a/c.yml"), null, null), Map.of()).project())
                .isEqualTo("beside");
        write(".env", "N=here\nCOMPOSE_FILE=a/c.yml");
        assertThat(load().project()).isEqualTo("here");
    }

    @Test
    void aNameWhoseVariableIsMissingIsAnErrorRatherThanAnotherProject() throws IOException {
        write("compose.yaml", "name: ${TENANT?who}");
        assertUsage(this::load, "variable TENANT is missing a value: who", "-p");
        assertThat(load(options(null, List.of(), "shop", null), Map.of()).project())
                .isEqualTo("shop");
    }

    @Test
    void aBrokenComposeFileStillGivesItsName() throws IOException {
        write("compose.yaml", "name: shop # ours\nservices: {a: [\n");
        Configuration configuration = load();
        assertThat(configuration.project()).isEqualTo("shop");
        assertUsage(configuration::requireComposeFiles, root.resolve("compose.yaml") + ":3:1: ");
    }

    @Test
    void invalidNamesAreProblemsTogetherWithTheOthers() throws IOException {
        write("compose.yaml", "services: {}");
        write("belay.yml", "backups: {keep: 0}");
        assertUsage(
                () -> load(options(null, List.of(), "My App", null), Map.of()),
                "-p: `My App` is no project name; use lower case",
                "belay.yml:1: backups.keep",
                "2 errors");
        assertUsage(
                () -> load(Options.NONE, Map.of("COMPOSE_PROJECT_NAME", "A.b")),
                "COMPOSE_PROJECT_NAME: `A.b` is no project name");
    }

    @Test
    void aDirectoryWithoutALetterGivesNoProjectName() throws IOException {
        write("...-_/compose.yaml", "services: {}");
        assertUsage(() -> load(options("...-_", List.of(), null, null), Map.of()), "gives no project name", "-p");
    }

    @Test
    void noComposeFileAndNoProjectIsAnErrorThatSaysWhereItLooked() {
        assertUsage(
                this::load,
                "no compose file found",
                "compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml",
                root.toString(),
                temporary.toString(),
                "-C");
    }

    @Test
    void aProjectNameAloneIsEnoughToLoad_butNotToDeploy() {
        Configuration configuration = load(options(null, List.of(), "shop", null), Map.of());
        assertThat(configuration.composeFiles()).isEmpty();
        assertThat(configuration.projectDirectory()).isEqualTo(root);
        assertUsage(configuration::requireComposeFiles, "no compose file found");
    }

    @Test
    void namedFilesThatAreGoneDoNotStopALoad_butADeploy() throws IOException {
        write("belay.yml", "files: [gone.yml, dir]\nenvFiles: [gone.env]\nproject: shop");
        Files.createDirectory(root.resolve("dir"));
        Configuration configuration = load();
        assertThat(configuration.project()).isEqualTo("shop");
        assertUsage(
                configuration::requireComposeFiles,
                root.resolve("gone.yml") + " does not exist",
                root.resolve("dir") + " is not a file",
                root.resolve("gone.env") + " does not exist");
    }

    @ParameterizedTest
    @CsvSource({"'- a', is not a mapping", "'', is not a mapping", "'a: 1\nb: [', :2:5: expected"})
    void aComposeFileThatIsNoMappingStopsADeploy(String text, String reason) throws IOException {
        write("compose.yaml", text);
        assertUsage(load()::requireComposeFiles, root.resolve("compose.yaml") + ":", reason);
    }

    @Test
    void goodComposeFilesPass() throws IOException {
        write("compose.yaml", "services: {a: {ports: !reset [], x: &y {b: 1}, z: {<<: *y}}}\n");
        assertThatCode(load()::requireComposeFiles).doesNotThrowAnyException();
    }

    @Test
    void theBackupsOptionWins() throws IOException {
        write("compose.yaml", "services: {}");
        write("belay.yml", "backups: {directory: /b}");
        assertThat(load().backups().directory()).isEqualTo(Path.of("/b"));
        Options option = new Options(null, List.of(), null, List.of(), null, Path.of("o"));
        assertThat(load(option, Map.of()).backups().directory()).isEqualTo(root.resolve("o"));
    }

    @Test
    void aProjectDirectoryThatIsNoneIsAnError() throws IOException {
        write("file", "");
        assertUsage(() -> load(options("none", List.of(), null, null), Map.of()), "there is no such directory");
        assertUsage(() -> load(options("file", List.of(), null, null), Map.of()), "it is not a directory");
    }

    @Test
    void theWorkingDirectoryGoesByTheNameItWasEnteredUnder() throws IOException {
        Path link =
                Files.createSymbolicLink(root.resolve("current"), Path.of("").toAbsolutePath());
        Configuration configuration =
                ConfigurationLoader.load(options(null, List.of(), "p", null), Map.of("PWD", link.toString()), FILES);
        assertThat(configuration.projectDirectory()).isEqualTo(link);
    }
}
