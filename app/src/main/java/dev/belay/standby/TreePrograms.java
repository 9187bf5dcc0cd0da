package dev.belay.standby;

import dev.belay.os.Processes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the system's programs for trees, to their end, however long that takes; a signal or an alarm ends them. */
final class TreePrograms {
    private static final Map<String, String> PLAIN = Map.of("LC_ALL", "C", "TAR_OPTIONS", "");

    private final Processes processes;

    TreePrograms(Processes processes) {
        this.processes = processes;
    }

    /** @param directory in which it works; null for this process's own */
    Processes.Result run(@Nullable Path directory, List<String> argv) throws IOException, InterruptedException {
        Process process = processes.start(processes.builder(argv, directory, PLAIN));
        process.getOutputStream().close();
        return result(process, new Processes.Collector(process.getInputStream()));
    }

    /** The same with its standard output in a file. */
    Processes.Result runTo(Path file, @Nullable Path directory, List<String> argv)
            throws IOException, InterruptedException {
        ProcessBuilder builder = processes.builder(argv, directory, PLAIN);
        builder.redirectOutput(file.toFile());
        Process process = processes.start(builder);
        process.getOutputStream().close();
        return result(process, null);
    }

    /** @throws IOException when it fails, with the first line of what it said */
    void require(@Nullable Path directory, List<String> argv) throws IOException, InterruptedException {
        Processes.Result result = run(directory, argv);
        if (!result.ok()) {
            throw failed(argv, result);
        }
    }

    static IOException failed(List<String> argv, Processes.Result result) {
        String said = result.err().lines().findFirst().orElse("exit code " + result.exitCode());
        return new IOException(argv.get(0) + ": " + said);
    }

    /** Lets one program write what the other reads. */
    void pipe(Path from, List<String> writer, List<String> reader) throws IOException, InterruptedException {
        Process source = processes.start(processes.builder(writer, from, PLAIN));
        source.getOutputStream().close();
        Processes.Collector sourceErrors = new Processes.Collector(source.getErrorStream());
        boolean passed = false;
        try {
            Process sink = processes.start(processes.builder(reader, null, PLAIN));
            Processes.Collector sinkErrors = new Processes.Collector(sink.getErrorStream());
            try (InputStream in = source.getInputStream();
                    OutputStream out = sink.getOutputStream()) {
                in.transferTo(out);
                passed = true;
            } finally {
                if (!passed) {
                    processes.endIfAlive(sink);
                }
            }
            int read = sink.waitFor();
            int written = source.waitFor();
            if (read != 0 || written != 0) {
                String said = (written != 0 ? sourceErrors : sinkErrors).text();
                throw new IOException(
                        writer.get(0) + ": " + said.lines().findFirst().orElse("exit code " + written + "/" + read));
            }
        } finally {
            if (!passed) {
                processes.endIfAlive(source);
            }
        }
    }

    private Processes.Result result(Process process, Processes.@Nullable Collector out)
            throws IOException, InterruptedException {
        Processes.Collector err = new Processes.Collector(process.getErrorStream());
        boolean ended = false;
        try {
            int exit = process.waitFor();
            ended = true;
            return new Processes.Result(exit, out == null ? "" : out.text(), err.text());
        } finally {
            if (!ended) {
                processes.endIfAlive(process);
            }
        }
    }
}
