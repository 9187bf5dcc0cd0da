package dev.belay.rollback;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@link Workload} as a process of its own, with or without something that disturbs it.
 *
 * @param root its directory
 * @param acknowledgements its file of acknowledgements
 * @param lies whether it acknowledges too early: for the controls of the tests
 */
record WorkloadRun(Path root, Path acknowledgements, int first, int last, boolean lies) {

    /** One cycle. */
    WorkloadRun(Path root, Path acknowledgements, int cycle) {
        this(root, acknowledgements, cycle, cycle, false);
    }

    WorkloadRun lying() {
        return new WorkloadRun(root, acknowledgements, first, last, true);
    }

    /**
     * Runs it with something injected into a call of the kernel.
     *
     * @param inject such as {@code signal=SIGKILL} or {@code error=EIO}
     * @param forGood also into each later call of this name
     * @return its exit code; 137 when it was killed
     */
    int disturbed(SystemCall call, String inject, boolean forGood) throws Exception {
        String when = call.number() + (forGood ? "+" : "");
        List<String> options = new ArrayList<>(List.of("-o", "/dev/null", "-e", "trace=" + call.name()));
        options.addAll(List.of("-e", "inject=" + call.name() + ":" + inject + ":when=" + when));
        if (!call.path().isEmpty()) {
            options.addAll(List.of("-P", root + call.path()));
        }
        return traced(options);
    }

    /** Runs it under strace. @return its exit code */
    int traced(List<String> options) throws Exception {
        Process process = start(options);
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("it does not end: " + this);
        }
        return process.exitValue();
    }

    /** @param strace its options; none to run without it. Without {@code --seccomp-bpf}: strace 6.1 then sends no signals */
    Process start(List<String> strace) throws IOException {
        List<String> command = new ArrayList<>();
        if (!strace.isEmpty()) {
            command.addAll(List.of("strace", "-f", "-qqq"));
            command.addAll(strace);
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                // Otherwise the virtual machine itself makes files.
                "-XX:-UsePerfData",
                "-Dlies=" + lies,
                "-cp",
                System.getProperty("java.class.path"),
                Workload.class.getName(),
                root.toString(),
                acknowledgements.toString(),
                Integer.toString(first),
                Integer.toString(last)));
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IOException("this test needs " + command.get(0) + " (apt-get install strace)", e);
        }
    }
}
