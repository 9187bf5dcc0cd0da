package dev.belay.acceptance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The launcher, called as a user calls it. */
final class Belay {
    private Belay() {}

    /** The repository's root. */
    static Path root() {
        return Path.of(System.getProperty("belay.root", "..")).toAbsolutePath().normalize();
    }

    static Path launcher() {
        return root().resolve("bin/belay");
    }

    static Run run(Path directory, String... args) {
        return run(directory, Map.of(), args);
    }

    static Run run(Path directory, Map<String, String> environment, String... args) {
        return start(directory, environment, args).await();
    }

    static Program start(Path directory, Map<String, String> environment, String... args) {
        // A shell that runs the tests in the background ignores SIGINT, and that would be inherited.
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal=INT,TERM", launcher().toString()));
        command.addAll(List.of(args));
        return Program.start(directory, environment, command);
    }

    /** As the leader of a process group of its own, so that all that it starts can be signalled together. */
    static Program startInGroup(Path directory, String... args) {
        List<String> command = new ArrayList<>(
                List.of("setsid", "env", "--default-signal=INT,TERM", launcher().toString()));
        command.addAll(List.of(args));
        return Program.start(directory, Map.of(), command);
    }

    /** One of the drop-in scripts, as a CI workflow calls it. */
    static Run script(Path directory, Map<String, String> environment, String name, String... args) {
        List<String> command =
                new ArrayList<>(List.of(root().resolve("scripts").resolve(name).toString()));
        command.addAll(List.of(args));
        return Program.run(directory, environment, command);
    }
}
