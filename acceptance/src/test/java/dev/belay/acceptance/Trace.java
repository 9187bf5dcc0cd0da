package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel was asked by a program and its children, as strace(1) wrote it.
 *
 * @param created file or directory to the mode that it was created with, whatever the umask left of it
 * @param programs the line of each program that was started
 */
record Trace(Map<String, Integer> created, List<String> programs) {
    private static final Pattern CREATION =
            Pattern.compile("\\b(?:open|openat|openat2)\\((?<open>.*)O_CREAT[^,]*, (?<openMode>0\\d*)\\)\\s+= \\d"
                    + "|\\b(?:creat|mkdir|mkdirat|mknod|mknodat)\\((?<make>.*), (?<makeMode>0\\d*)\\)\\s+= \\d");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

    /** @param file where strace writes to; read with {@link #read} */
    static List<String> command(Path file, List<String> program) {
        List<String> command = new ArrayList<>(Arrays.asList(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-qq",
                "-s",
                "65536",
                "-o",
                file.toString(),
                "-e",
                "trace=execve,execveat,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat"));
        command.addAll(program);
        return command;
    }

    static Trace read(Path file) {
        Map<String, Integer> created = new LinkedHashMap<>();
        List<String> programs = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.contains("execve")) {
                    programs.add(line);
                }
                Matcher creation = CREATION.matcher(line);
                if (creation.find()) {
                    boolean opened = creation.group("open") != null;
                    Matcher path = QUOTED.matcher(creation.group(opened ? "open" : "make"));
                    int mode = Integer.parseInt(creation.group(opened ? "openMode" : "makeMode"), 8);
                    if (path.find()) {
                        // What is there already is only opened by a call that would have created it.
                        created.putIfAbsent(path.group(1), mode);
                    }
                }
            }
            return new Trace(created, programs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was created at or below a path, with its mode. */
    Map<String, Integer> below(Path directory) {
        Map<String, Integer> below = new LinkedHashMap<>();
        created.forEach((path, mode) -> {
            if (path.startsWith(directory.toString())) {
                below.put(path, mode);
            }
        });
        return below;
    }
}
