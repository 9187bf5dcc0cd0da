package dev.belay.lint;

import dev.belay.project.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether a service of a database's image is the database, and not a client that only uses the programs in it. */
final class Server {
    private static final String NAMES =
            "postgres|postmaster|mongod|mysqld|mysqld_safe|mysqld-safe|mariadbd|mariadbd-safe"
                    + "|redis-server|valkey-server|couchdb|cassandra|neo4j|rabbitmq-server|clickhouse-server|elasticsearch"
                    + "|eswrapper|opensearch";
    private static final Pattern NAME = Pattern.compile(NAMES);
    /** What the images themselves begin with; each starts the server when it is told nothing else. */
    private static final Pattern ENTRYPOINT =
            Pattern.compile("(.*[/-])?docker-entrypoint\\.sh|(.*/)?entrypoint\\.sh|/opt/bitnami/scripts/.*");

    private static final Set<String> SHELLS = Set.of("sh", "bash", "ash", "dash");
    /** They start what stands behind their options. */
    private static final Set<String> WRAPPERS =
            Set.of("exec", "tini", "dumb-init", "catatonit", "env", "nice", "ionice", "numactl", "gosu", "su-exec");
    /** Of those, the ones that want a user first. */
    private static final Set<String> WITH_A_USER = Set.of("gosu", "su-exec");
    /** A program where a script has a command, also behind a wrapper and its options. */
    private static final Pattern IN_A_SCRIPT = Pattern.compile("(^|[;&|({\\n]|\\b(then|do|else))\\s*"
            + "(\\w+=\\S*\\s+)*"
            + "((exec|tini|dumb-init|env|nice|ionice|numactl|(gosu|su-exec)\\s+\\S+)\\s+(-\\S+\\s+|\\w+=\\S*\\s+)*)*"
            + "(([\\w./-]*/)?(" + NAMES + ")|[\\w./-]*entrypoint\\.sh)(?![\\w.-])");

    private Server() {}

    /** What it starts with, as far as the compose files say; empty when all of it is the image's own. */
    static List<String> words(Service service) {
        List<String> words = new ArrayList<>(service.entrypoint());
        words.addAll(service.command());
        return words;
    }

    static boolean runs(Service service) {
        return runs(words(service));
    }

    private static boolean runs(List<String> words) {
        int at = 0;
        while (at < words.size()) {
            String word = words.get(at);
            String program = word.substring(word.lastIndexOf('/') + 1);
            if (SHELLS.contains(program)) {
                return script(words.subList(at + 1, words.size()));
            }
            if (WRAPPERS.contains(program)) {
                at = behindOptions(words, at + 1) + (WITH_A_USER.contains(program) ? 1 : 0);
            } else if (ENTRYPOINT.matcher(word).matches()) {
                at++;
            } else {
                // An option, or the name of its configuration, is for the server of the image.
                return word.isEmpty()
                        || word.startsWith("-")
                        || word.endsWith(".conf")
                        || NAME.matcher(program).matches()
                        || (program.equals("clickhouse")
                                && words.subList(at, words.size()).contains("server"));
            }
        }
        return true;
    }

    private static int behindOptions(List<String> words, int from) {
        int at = from;
        while (at < words.size() && words.get(at).matches("-.*|\\w+=.*")) {
            at++;
        }
        return at;
    }

    /** A shell with a file runs what nobody can see here; with a text, what that says. */
    private static boolean script(List<String> words) {
        for (int i = 0; i + 1 < words.size(); i++) {
            if (words.get(i).matches("-[a-z]*c")) {
                return IN_A_SCRIPT.matcher(words.get(i + 1)).find();
            }
        }
        return words.stream()
                .filter(w -> !w.startsWith("-"))
                .findFirst()
                .map(text -> IN_A_SCRIPT.matcher(text).find())
                .orElse(false);
    }
}
