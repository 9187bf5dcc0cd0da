package dev.belay.cli;

import dev.belay.config.Configuration;
import dev.belay.config.ConfigurationLoader;
import dev.belay.config.Options;
import dev.belay.config.UserFiles;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.pipeline.Discovery;
import dev.belay.pipeline.Init;
import dev.belay.pipeline.Surroundings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code belay init}. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = "Write a commented belay.yml for the project that runs here, or for its compose files.",
        footer = {
            "",
            "Examples:",
            "  belay init",
            "  belay init --stdout",
            "  belay -p shop init -o /opt/shop/belay.yml"
        })
final class InitCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Option(names = "--force", description = "Replace a file that is there.")
    boolean force;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to FILE, - for standard output (default: belay.yml beside the compose file).")
    @Nullable
    String output;

    @Option(names = "--stdout", description = "Print it; the same as -o -.")
    boolean stdout;

    @Override
    public Integer call() {
        return belay.app.look(belay.global, "init", InitCommand::load, (around, console) -> {
            Init init = new Init(around);
            boolean print = stdout || "-".equals(output);
            Path file = file(around, init);
            if (!print && !force && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw exists(file, null);
            }
            Path parent = file.getParent();
            String text = init.text(print || parent == null ? init.directory() : parent);
            if (!print) {
                write(file, text);
            }
            if (belay.global.json) {
                belay.app.json(document(around, print ? null : file, text));
            } else if (print) {
                console.result(text.stripTrailing());
            } else {
                console.outcome(true, "Wrote " + file + ". Next: belay verify");
            }
            return ExitCodes.OK;
        });
    }

    /** As every command, else as if there were no belay.yml, else the project whose containers were started here. */
    private static Configuration load(
            Options options,
            Map<String, String> environment,
            UserFiles files,
            Path workingDirectory,
            @Nullable Engine engine) {
        try {
            return ConfigurationLoader.load(options, environment, files, workingDirectory);
        } catch (BelayException e) {
            try {
                return ConfigurationLoader.discover(options, environment, files, workingDirectory);
            } catch (BelayException nothingHere) {
                Path directory = options.projectDirectory() == null
                        ? workingDirectory
                        : workingDirectory.resolve(options.projectDirectory()).normalize();
                if (engine == null || options.project() != null) {
                    throw e;
                }
                String project = Discovery.projectOf(engine, directory).orElseThrow(() -> e);
                Options named = new Options(
                        options.projectDirectory(),
                        options.files(),
                        project,
                        options.envFiles(),
                        null,
                        options.backups());
                return ConfigurationLoader.discover(named, environment, files, workingDirectory);
            }
        }
    }

    private Path file(Surroundings around, Init init) {
        if (output != null && !output.equals("-")) {
            return around.workingDirectory().resolve(output).normalize();
        }
        return around.belayFile() != null
                ? around.belayFile()
                : init.directory().resolve("belay.yml");
    }

    private void write(Path file, String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        try {
            Files.deleteIfExists(next);
            Files.write(next, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            // It holds no secret, and those who look after the stack should be able to read it.
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
            if (force) {
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            } else {
                // Fails, where a rename would replace, when somebody has just written one.
                Files.createLink(file, next);
                Files.delete(next);
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(file, e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new BelayException(
                    Category.REFUSED,
                    "could not write " + file,
                    String.valueOf(e.getMessage()),
                    "Check the directory and its permissions, or print it: belay init --stdout",
                    e);
        }
    }

    private static BelayException exists(Path file, @Nullable Throwable cause) {
        return new BelayException(
                Category.REFUSED,
                "nothing was written",
                file + " is there already",
                "Replace it: belay init --force, or look at the new one first: belay init --stdout",
                cause);
    }

    private static Map<String, Object> document(Surroundings around, @Nullable Path file, String text) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("command", "init");
        document.put("outcome", file == null ? "shown" : "written");
        document.put("exitCode", ExitCodes.OK);
        document.put("project", around.configuration().project());
        document.put("restorePoint", null);
        document.put("file", file == null ? null : file.toString());
        document.put("text", text);
        document.put("steps", List.of());
        document.put("checks", List.of());
        return document;
    }
}
