package dev.belay;

import dev.belay.cli.App;
import dev.belay.cli.BelayCommand;
import dev.belay.journal.Entry;
import dev.belay.journal.Journal;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * The program as {@link Main} wires it, which kills itself at a record of its journal. The variable {@code KILL_AT} says
 * at which: {@code before} or {@code after}, its kind and how its name begins, such as {@code before DONE apply:}.
 */
public final class KilledMain {
    private KilledMain() {}

    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        Path home = Path.of(System.getProperty("user.home"));
        App app = new App(out, err, System.getenv(), home, false, "", new Killer(System.getenv("KILL_AT")));
        System.exit(BelayCommand.commandLine(app).execute(args));
    }

    private record Killer(String moment) implements Journal.Watcher {
        @Override
        public void before(Entry entry) {
            pass("before", entry);
        }

        @Override
        public void after(Entry entry) {
            pass("after", entry);
        }

        private void pass(String when, Entry entry) {
            if ((when + " " + entry.kind() + " " + entry.name()).strip().startsWith(moment)) {
                try {
                    new ProcessBuilder(
                                    "kill",
                                    "-KILL",
                                    Long.toString(ProcessHandle.current().pid()))
                            .start();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                while (true) {
                    LockSupport.park();
                }
            }
        }
    }
}
