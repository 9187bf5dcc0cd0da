package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Belay is called as root: files that others can change are refused, and nothing that the caller's surroundings name is run. */
class HostileCallTest {
    private static final int STRANGER = 54321;
    /** Each makes a file of its own name in the directory MARKS when it is run. */
    private static final List<String> FAKES = List.of(
            "docker",
            "docker-compose",
            "tar",
            "sh",
            "bash",
            "java",
            "find",
            "sync",
            "env",
            "readlink",
            "dirname",
            "stat",
            "umask",
            "zstd",
            "gzip",
            "cat",
            "mkdir",
            "rm",
            "uname",
            "hostname",
            "id");

    private static void owner(Path path, int uid) {
        try {
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void mode(Path path, int mode) {
        try {
            Files.setAttribute(path, "unix:mode", mode);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Refused with one problem and one command; the command, copied into a shell, is all that it takes. */
    private static void assertRefusedUntilFixed(Stack stack, int exitCode, Path culprit, String... command) {
        EngineState before = stack.engine();
        Run refused = stack.belay(command);
        assertThat(refused.exitCode()).as(refused.describe()).isEqualTo(exitCode);
        List<String> lines = refused.err().lines().toList();
        assertThat(lines).as(refused.describe()).hasSize(2);
        assertThat(lines.get(0)).startsWith("belay: cannot trust ");
        assertThat(lines.get(1))
                .startsWith("Try: ch")
                .contains(culprit.getFileName().toString());
        assertThat(stack.engine()).isEqualTo(before);
        stack.shell(lines.get(1).substring("Try: ".length()));
        Run fixed = stack.belay("status");
        assertThat(fixed.exitCode()).as(fixed.describe()).isZero();
    }

    @Test
    void whatOthersCanChange_isRefusedBeforeAnythingHappens_withTheCommandThatMendsIt() throws IOException {
        try (Stack stack = Stack.up(Stack.APP)) {
            stack.write(".env", "A=b\n").write("app.env", "C=d\n").write("more.yaml", "services: {}\n");
            stack.describe(
                    "include: [ more.yaml ]\n" + Stack.APP.replace("init: true", "init: true\n    env_file: app.env"));
            Path directory = stack.directory();
            assertThat(stack.belay("backup").exitCode()).isZero();

            int refused = 0;
            Map<Path, String[]> foreign = new LinkedHashMap<>();
            foreign.put(directory.resolve("belay.yml"), new String[] {"deploy"});
            foreign.put(directory.resolve("compose.yaml"), new String[] {"--json", "verify"});
            foreign.put(directory.resolve(".env"), new String[] {"backup"});
            foreign.put(directory.resolve("app.env"), new String[] {"deploy"});
            foreign.put(directory.resolve("more.yaml"), new String[] {"deploy"});
            stack.write("release.sh", "#!/bin/sh\nexec docker compose up -d\n");
            mode(directory.resolve("release.sh"), 0755);
            foreign.put(directory.resolve("release.sh"), new String[] {"deploy", "--", "./release.sh"});
            foreign.put(directory, new String[] {"rollback"});
            for (Map.Entry<Path, String[]> file : foreign.entrySet()) {
                owner(file.getKey(), STRANGER);
                assertRefusedUntilFixed(stack, 2, file.getKey(), file.getValue());
                refused++;
            }
            for (String name : List.of("belay.yml", "compose.yaml")) {
                mode(directory.resolve(name), 0666);
                assertRefusedUntilFixed(stack, 2, directory.resolve(name), "deploy");
                refused++;
            }
            mode(stack.root(), 0777);
            assertRefusedUntilFixed(stack, 2, stack.root(), "deploy");
            mode(directory, 0775);
            Files.setAttribute(directory, "unix:gid", STRANGER);
            assertRefusedUntilFixed(stack, 2, directory, "resume");
            // a link to what somebody else can change
            Path elsewhere = Files.createDirectory(stack.root().resolve("elsewhere"));
            Files.move(directory.resolve(".env"), elsewhere.resolve("real.env"));
            Files.createSymbolicLink(directory.resolve(".env"), Path.of("../elsewhere/real.env"));
            mode(elsewhere, 0777);
            assertRefusedUntilFixed(stack, 2, elsewhere, "deploy");
            // where restore points are, somebody else could put his own
            mode(stack.backups(), 0777);
            assertRefusedUntilFixed(stack, 5, stack.backups(), "rollback");
            owner(stack.backups(), STRANGER);
            assertRefusedUntilFixed(stack, 5, stack.backups(), "list");
            refused += 5;
            System.out.printf("%d of %d refused%n", refused, refused);
            Run deploy = stack.belay("deploy", "--", "./release.sh");
            assertThat(deploy.exitCode()).as(deploy.describe()).isZero();
        }
    }

    @Test
    void filesOfTheUserWhoCalledSudo_areTaken() {
        try (Stack stack = Stack.up(Stack.APP)) {
            owner(stack.directory(), STRANGER);
            owner(stack.directory().resolve("belay.yml"), STRANGER);
            Run refused = stack.belay("backup");
            assertThat(refused.exitCode()).as(refused.describe()).isEqualTo(2);
            Run taken = stack.belay(Map.of("SUDO_UID", STRANGER + ""), "backup");
            assertThat(taken.exitCode()).as(taken.describe()).isZero();
        }
    }

    @Test
    void aLockDirectoryOfSomebodyElse_isRefused() {
        try (Stack stack = Stack.up(Stack.APP)) {
            String hostile = "mount -t tmpfs -o mode=1777 tmpfs /run/lock; mkdir /run/lock/belay;" + " chown "
                    + STRANGER + " /run/lock/belay; exec \"$@\"";
            Run run = Program.run(
                    stack.directory(),
                    Map.of(),
                    List.of("unshare", "--mount", "bash", "-euc", hostile, "x", Belay.launcher() + "", "backup"));
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(5);
            assertThat(run.err()).contains("Try: chown root: /run/lock/belay");
            assertThat(stack.points()).isEmpty();
        }
    }

    @Test
    void aDockerPluginThatOthersCanChange_isRefused() throws IOException {
        try (Stack stack = Stack.up(Stack.APP)) {
            Path plugins = Files.createDirectories(stack.root().resolve("docker/cli-plugins"));
            fake(plugins, "docker-compose", stack.root().resolve("ran"));
            mode(plugins, 0777);
            Run run = stack.belay(Map.of("DOCKER_CONFIG", stack.root() + "/docker"), "deploy");
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(2);
            assertThat(stack.root().resolve("ran")).doesNotExist();
        }
    }

    private static void fake(Path directory, String name, Path mark) throws IOException {
        Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n: > '" + mark + "'\nexit 1\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static List<String> marks(Path directory) throws IOException {
        try (Stream<Path> marks = Files.list(directory)) {
            return marks.map(mark -> mark.getFileName().toString()).sorted().toList();
        }
    }

    /** An environment in which whatever is looked up, loaded or read leaves a mark. */
    private static Map<String, String> surroundings(Path root, Path marks) throws IOException {
        Path fakes = Files.createDirectories(root.resolve("fakes/bin"));
        for (String name : FAKES) {
            fake(fakes, name, marks.resolve(name));
        }
        Files.writeString(root.resolve("startup"), ": > " + marks + "/BASH_ENV\n");
        Map<String, String> environment = new TreeMap<>();
        environment.put("PATH", fakes + ":" + System.getenv("PATH"));
        environment.put("JAVA_HOME", root.resolve("fakes").toString());
        environment.put("BASH_ENV", root + "/startup");
        environment.put("ENV", root + "/startup");
        environment.put("SHELLOPTS", "xtrace");
        environment.put("BASH_FUNC_umask%%", "() {  : > " + marks + "/function; }");
        environment.put("BASH_FUNC_readlink%%", "() {  : > " + marks + "/function; }");
        environment.put(
                "TAR_OPTIONS", "--checkpoint=1 --checkpoint-action=exec=/usr/bin/touch\\ " + marks + "/TAR_OPTIONS");
        environment.put("JAVA_TOOL_OPTIONS", "-Dpicked.up=1");
        environment.put("_JAVA_OPTIONS", "-Dpicked.up=1");
        environment.put("JDK_JAVA_OPTIONS", "-Dpicked.up=1");
        environment.put("CLASSPATH", fakes.toString());
        environment.put("LD_PRELOAD", root + "/preload.so");
        environment.put("IFS", "/");
        environment.put("CDPATH", "/tmp");
        return environment;
    }

    @Test
    void nothingThatTheEnvironmentNames_isRunOrLoaded() throws IOException {
        try (Stack stack = Stack.up(Stack.APP)) {
            Path marks = Files.createDirectory(stack.root().resolve("marks"));
            Map<String, String> environment = surroundings(stack.root(), marks);
            // a JDK of somebody else
            owner(stack.root().resolve("fakes/bin/java"), STRANGER);

            List<Run> runs = new ArrayList<>();
            runs.add(
                    launched(
                            stack,
                            environment,
                            Belay.launcher(),
                            "deploy",
                            "--",
                            "bash",
                            "-c",
                            "tar -cf /dev/null .; env > seen; tr '\\0' '\\n' < /proc/$PPID/environ > seen-by-java; docker compose up -d"));
            stack.releaseBroken();
            runs.add(launched(stack, environment, Belay.launcher(), "deploy"));
            Path scripts = Belay.root().resolve("scripts");
            Map<String, String> forScripts = new TreeMap<>(environment);
            forScripts.put("COMPOSE_FILE", "compose.yaml");
            runs.add(launched(stack, forScripts, scripts.resolve("deployment-backup.sh")));
            runs.add(launched(stack, forScripts, scripts.resolve("deployment-health-check.sh")));
            runs.add(launched(stack, forScripts, scripts.resolve("rollback.sh"), "--last"));

            assertThat(runs.stream().map(Run::exitCode)).as(runs.toString()).containsExactly(0, 3, 0, 0, 0);
            assertThat(marks(marks)).isEmpty();
            for (Run run : runs) {
                assertThat(run.err()).doesNotContain("Picked up", "NOTE: Picked up", "+ ");
                // The loader says that it cannot load it: to the shell that is started with it, and to nobody else.
                assertThat(run.err().lines().filter(l -> l.contains("preload.so")))
                        .hasSizeLessThanOrEqualTo(2);
                assertThat(run.err()).contains("JAVA_HOME is not used");
            }
            assertThat(stack.read("seen"))
                    .contains("PATH=/usr/local/sbin:")
                    .doesNotContain("fakes/bin:", "BASH_FUNC", "LD_PRELOAD", "_OPTIONS=");
            assertThat(stack.read("seen-by-java"))
                    .contains("PATH=/usr/local/sbin:")
                    .doesNotContain("fakes/bin:", "LD_PRELOAD", "_OPTIONS=");
            System.out.printf(
                    "%d fakes and start-up files run in %d runs%n", marks(marks).size(), runs.size());
        }
    }

    /** Started as a workflow starts it: by its path, with nothing in between that would be hit by the environment first. */
    private static Run launched(Stack stack, Map<String, String> environment, Path program, String... args) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(args));
        return Program.run(stack.directory(), environment, command);
    }

    /** The control: all of these do leave their mark where nobody cares. */
    @Test
    void whereNobodyCares_everythingThatTheEnvironmentNames_isRunOrLoaded() throws IOException {
        try (Stack stack = Stack.create()) {
            Path marks = Files.createDirectory(stack.root().resolve("marks"));
            Map<String, String> environment = surroundings(stack.root(), marks);
            Map<String, String> plain = new TreeMap<>(environment);
            plain.remove("LD_PRELOAD");
            Program.run(stack.root(), plain, List.of("/bin/bash", "-c", "umask; /usr/bin/tar -cf /dev/null marks"));
            plain.keySet().removeIf(name -> name.startsWith("BASH_FUNC_"));
            for (String name : FAKES) {
                Program.run(stack.root(), plain, List.of("/bin/bash", "-c", "command " + name + " x"));
            }
            List<String> expected = new ArrayList<>(FAKES);
            expected.remove("umask");
            assertThat(marks(marks)).containsAll(expected).contains("BASH_ENV", "function", "TAR_OPTIONS");
            Run java = Program.run(stack.root(), environment, List.of("/usr/bin/java", "-version"));
            assertThat(java.err()).contains("Picked up JAVA_TOOL_OPTIONS", "preload.so");
        }
    }

    @Test
    void namesThatAShellWouldRun_areNames() throws IOException {
        try (Stack stack = Stack.create()) {
            Path directory = stack.directory();
            stack.write("; touch made; $(touch made).yaml", Stack.APP.replace("data:/data", "./$$(touch made):/data"))
                    .write("`touch made`.env", "A=b\n");
            String[] options = {"-f", "; touch made; $(touch made).yaml", "--env-file", "`touch made`.env"};
            Run deploy = stack.belay(with(options, "deploy"));
            assertThat(deploy.exitCode()).as(deploy.describe()).isZero();
            Path data = directory.resolve("$(touch made)");
            for (String name : List.of("$(touch made)", "a;touch made", "new\nline", "-rf", "it's")) {
                Files.writeString(data.resolve(name), name);
            }
            // Nobody but the engine checks what these labels say.
            Docker.get(
                    "run",
                    "-d",
                    "--name",
                    stack.project() + "-hostile",
                    "--label",
                    "com.docker.compose.project=" + stack.project(),
                    "--label",
                    "com.docker.compose.service=a;touch made;\u001b[2J$(touch made)",
                    "--label",
                    "com.docker.compose.config-hash=`touch made`",
                    "--stop-timeout",
                    "1",
                    "-v",
                    stack.project() + "_extra:/extra",
                    Images.app(Images.GOOD),
                    "sleep",
                    "600");
            Run backup = stack.belay(with(options, "backup"));
            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            for (String[] look : List.of(
                    new String[] {"status"},
                    new String[] {"show", stack.newestPoint().getFileName() + ""},
                    new String[] {"verify"})) {
                Run run = stack.belay(with(options, look));
                assertThat(run.exitCode()).as(run.describe()).isZero();
                assertThat(run.out() + run.err()).doesNotContain("\u001b");
            }
            stack.shell("rm -r -- '$(touch made)'/*");
            Docker.get("rm", "-f", stack.project() + "-hostile");
            Run rollback = stack.belay(with(options, "rollback", "--last"));
            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(Files.readString(data.resolve("a;touch made"))).isEqualTo("a;touch made");
            assertThat(Docker.exists("container", stack.project() + "-hostile")).isTrue();
            Run refused = stack.belay(
                    with(options, "rollback", "--last", "--service", "a;touch made;\u001b[2J$(touch made)"));
            assertThat(refused.exitCode()).as(refused.describe()).isIn(0, 5);
            try (Stream<Path> made = Files.walk(stack.root())) {
                assertThat(made.filter(p -> p.getFileName().toString().equals("made")))
                        .isEmpty();
            }
        }
    }

    private static String[] with(String[] options, String... command) {
        return Stream.concat(Stream.of(options), Stream.of(command)).toArray(String[]::new);
    }

    @Test
    void theLauncher_worksThroughALink_fromItsOwnDirectory_andWithoutAnEnvironment() throws IOException {
        try (Stack stack = Stack.create()) {
            Path link = Files.createSymbolicLink(stack.root().resolve("belay"), Belay.launcher());
            Path second = Files.createSymbolicLink(stack.root().resolve("again"), Path.of("belay"));
            for (List<String> command : List.of(
                    List.of(link.toString(), "--version"),
                    List.of(second.toString(), "--version"),
                    List.of("env", "-i", Belay.launcher().toString(), "--version"),
                    List.of("env", "-C", Belay.root().resolve("bin").toString(), "bash", "belay", "--version"),
                    List.of("env", "-C", Belay.root().resolve("bin").toString(), "./belay", "--version"))) {
                Run run = Program.run(stack.root(), Map.of(), command);
                assertThat(run.exitCode()).as(run.describe()).isZero();
                assertThat(run.out()).contains("0.");
            }
        }
    }

    @Test
    void theDeploymentCommand_keepsTheUmaskOfTheCaller() throws IOException {
        try (Stack stack = Stack.create()) {
            stack.describe(Stack.APP);
            Run run = Program.run(
                    stack.directory(),
                    Map.of(),
                    List.of(
                            "bash",
                            "-c",
                            "umask 027; exec \"$@\"",
                            "x",
                            Belay.launcher() + "",
                            "deploy",
                            "--",
                            "bash",
                            "-c",
                            "umask > umask; : > made; docker compose up -d"));
            assertThat(run.exitCode()).as(run.describe()).isZero();
            assertThat(stack.read("umask").strip()).isEqualTo("0027");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(stack.directory().resolve("made"))))
                    .isEqualTo("rw-r-----");
        }
    }
}
