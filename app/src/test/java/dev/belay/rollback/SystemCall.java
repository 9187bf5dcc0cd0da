package dev.belay.rollback;

import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One call of the kernel that {@link Workload} makes and that changes what Belay keeps.
 *
 * @param name such as {@code rename}
 * @param number the how manyth of this name in its thread, from 1 on, as strace counts for {@code when=}
 * @param path when it is not empty, only calls with this path below the root are counted
 * @param on what it is about, for people
 */
record SystemCall(String name, int number, String path, String on) {
    private static final String CHANGING =
            "openat,write,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,unlink,"
                    + "unlinkat,rmdir,chmod,fchmod,fchmodat,chown,lchown,fchown,fchownat,ftruncate";
    private static final String OF_THIS_PROCESS = "/check-";
    private static final Pattern LINE = Pattern.compile("^([a-z0-9]+)\\((.*)$");

    /** Every one of the main thread, in order, from one run that nothing disturbs. */
    static List<SystemCall> recordAll(WorkloadRun run) throws Exception {
        Path logs = Files.createTempDirectory("belay-strace");
        try {
            int exit = run.traced(List.of(
                    "-ff",
                    "-y",
                    "-s",
                    "64",
                    "-e",
                    "trace=" + CHANGING,
                    "-o",
                    logs.resolve("log").toString()));
            if (exit != 0) {
                throw new AssertionError("the undisturbed run ended with exit code " + exit);
            }
            return ofMainThread(logs, run.root().toString());
        } finally {
            AtomicFiles.deleteTree(logs);
        }
    }

    private static List<SystemCall> ofMainThread(Path logs, String root) throws IOException {
        try (Stream<Path> threads = Files.list(logs)) {
            for (Path thread : threads.toList()) {
                List<String> lines = Files.readAllLines(thread, StandardCharsets.ISO_8859_1);
                if (lines.stream().anyMatch(l -> l.startsWith("mkdir(") && l.contains(root))) {
                    return parse(lines, root);
                }
            }
        }
        throw new AssertionError("strace has seen nothing of the main thread");
    }

    private static List<SystemCall> parse(List<String> lines, String root) {
        // What the application writes into its own data is not ours.
        Pattern application = Pattern.compile(Pattern.quote(root) + "/srv/data-[0-9]+[/\">]");
        Map<String, Integer> counts = new HashMap<>();
        List<SystemCall> calls = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                String name = matcher.group(1);
                String arguments = matcher.group(2);
                // How many files the virtual machine opens for itself is not the same each time.
                boolean opens = name.equals("openat");
                Matcher created = Pattern.compile("\"" + Pattern.quote(root) + "([^\"]+)\"")
                        .matcher(arguments);
                String path = opens && created.find() ? created.group(1) : "";
                int number = counts.merge(name + path, 1, Integer::sum);
                // Where the number of the process is in the name, no other process has a call with that path; what is
                // written there right behind it is a place of its own.
                boolean changes = !opens || (arguments.contains("O_CREAT") && !path.contains(OF_THIS_PROCESS));
                boolean swaps = name.startsWith("rename");
                if (changes
                        && arguments.contains(root)
                        && (swaps || !application.matcher(arguments).find())) {
                    calls.add(new SystemCall(name, number, path, arguments.replace(root, "")));
                }
            }
        }
        return calls;
    }
}
