package dev.belay.standby;

import dev.belay.os.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells which files have extended attributes or access control lists. It is tar that looks, in the headers of an archive
 * that goes nowhere: Java sees only the attributes of users, and {@code getfattr} is not on every machine.
 */
final class ExtendedAttributes {
    /** Behind the permissions stands {@code *} for extended attributes, {@code +} for an access control list. */
    private static final Pattern PLAIN = Pattern.compile("-[-rwxsStT]{9}  [0-9]+/[0-9]+ +[0-9]+ [^ ]+ [^ ]+ (.*)");

    private static final List<String> NOT_THERE = List.of(
            ": Cannot stat: No such file or directory",
            ": File removed before we read it",
            "Exiting with failure status due to previous errors");

    /** Exit code; above it are those of a tar that was ended. */
    private static final int MISSED_SOME = 2;

    private ExtendedAttributes() {}

    /**
     * @param names relative to both directories, beginning with a dot, each character stands for one byte
     * @return those that are files without either, in both directories; none when tar cannot tell
     */
    static Set<String> without(TreePrograms programs, Path one, Path other, Set<String> names, Path work)
            throws IOException, InterruptedException {
        Path list = work.resolve("attributes");
        // It reads no list twice.
        Path again = work.resolve("attributes-again");
        try (Records.Writer out = Records.Writer.to(list)) {
            for (String name : names) {
                // In what tar says it would be taken for the end of the line.
                if (name.indexOf('\n') < 0) {
                    out.write(name);
                }
            }
        }
        Files.copy(list, again, StandardCopyOption.REPLACE_EXISTING);
        Path said = work.resolve("attributes-said");
        // To /dev/null it writes no content, and so reads none.
        List<String> argv = List.of(
                "tar",
                "--create",
                "--file=/dev/null",
                "--format=posix",
                "--verbose",
                "--verbose",
                "--xattrs",
                "--xattrs-include=*",
                "--acls",
                "--numeric-owner",
                "--quoting-style=literal",
                "--no-recursion",
                "--null",
                "--verbatim-files-from",
                "-C",
                one.toString(),
                "--files-from=" + list,
                "-C",
                other.toString(),
                "--files-from=" + again);
        Processes.Result result = programs.runTo(said, null, argv);
        if (result.exitCode() > MISSED_SOME
                || !result.err().lines().allMatch(line -> NOT_THERE.stream().anyMatch(line::endsWith))) {
            return Set.of();
        }
        Map<String, Integer> times = new HashMap<>();
        for (String line : Files.readString(said, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            Matcher plain = PLAIN.matcher(line);
            if (plain.matches()) {
                times.merge(plain.group(1), 1, Integer::sum);
            }
        }
        Set<String> without = new HashSet<>();
        for (String name : names) {
            if (times.getOrDefault(name, 0) == 2) {
                without.add(name);
            }
        }
        return without;
    }
}
