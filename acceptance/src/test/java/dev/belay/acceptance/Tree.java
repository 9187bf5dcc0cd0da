package dev.belay.acceptance;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A directory tree with all that a careful copy keeps, as one description for each path. */
final class Tree {
    private static final Pattern INODE = Pattern.compile(" inode=(\\d+) ");

    private Tree() {}

    /** Path -> type, mode, owner, mtime in nanoseconds, link count, blocks used, link target, xattrs, ACL, SHA-256. */
    static NavigableMap<String, String> of(Path directory) {
        Run run = Program.run(
                Path.of("/"),
                Map.of("LC_ALL", "C"),
                List.of(
                        "bash",
                        "-euo",
                        "pipefail",
                        "-c",
                        """
                        cd "$1"
                        find . -type d -printf '%P\\t%y %m %U:%G %T@\\0'
                        find . ! -type d -printf '%P\\t%y %m %U:%G %T@ links=%n inode=%i size=%s blocks=%b -> %l\\0'
                        printf '=\\0'
                        find . -type f -print0 | sort -z | xargs -0r sha256sum -z
                        printf '=\\0'
                        find . -mindepth 1 \\( -type f -o -type d \\) -print0 | sort -z \
                            | xargs -0r "$2" -h -d -m - -e hex 2>/dev/null | tr '\\n' '\\0'
                        """,
                        "tree",
                        directory.toString(),
                        Images.tool("usr/bin/getfattr").toString()));
        run.succeeded();
        NavigableMap<String, String> result = new TreeMap<>();
        Map<String, String> firstOfInode = new TreeMap<>();
        int part = 0;
        String file = "";
        for (String line : run.out().split("\0", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            if (line.equals("=")) {
                part++;
            } else if (part == 0) {
                result.put(line.substring(0, line.indexOf('\t')), line.substring(line.indexOf('\t') + 1));
            } else if (part == 1) {
                result.merge(line.substring(66).replaceFirst("^\\./", ""), " " + line.substring(0, 64), String::concat);
            } else if (line.startsWith("# file: ")) {
                file = "attributes of " + line.substring(8).replaceFirst("^\\./", "");
            } else {
                result.merge(file, " " + line, String::concat);
            }
        }
        // The inode differs in a copy: what counts is who shares it. The map is sorted, so the first is the same.
        result.forEach((path, facts) -> firstOfInode.putIfAbsent(inode(facts), path));
        result.replaceAll((path, facts) -> {
            String inode = inode(facts);
            return inode.isEmpty() ? facts : facts.replace("inode=" + inode, "same as " + firstOfInode.get(inode));
        });
        return result;
    }

    private static String inode(String facts) {
        Matcher matcher = INODE.matcher(facts);
        return matcher.find() ? matcher.group(1) : "";
    }
}
