package dev.belay.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How much of the machine this process takes when others want it too. */
public final class Priority {
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Priority() {}

    /**
     * From now on this process, and what it starts, gets the processor and the disk only after others. There is no way
     * back. That it cannot be done is no failure.
     */
    public static void lower(Processes processes) throws InterruptedException {
        try {
            // To the kernel each thread has a priority of its own; a new one inherits it.
            List<String> threads = new ArrayList<>();
            try (var found = Files.list(THREADS)) {
                found.forEach(thread -> threads.add(String.valueOf(thread.getFileName())));
            }
            for (List<String> program :
                    List.of(List.of("renice", "-n", "10", "-p"), List.of("ionice", "-c", "3", "-p"))) {
                List<String> argv = new ArrayList<>(program);
                argv.addAll(threads);
                processes.run(argv, null, Map.of(), LIMIT);
            }
        } catch (IOException e) {
            // It takes what it gets.
            return;
        }
    }
}
