package dev.belay.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which programs Belay starts, and with which environment: neither is left to whoever called it. */
final class Programs {
    /** The directories of the system, which only root can write to. {@code bin/belay} has the same list. */
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";

    /** What makes a program load or run something else, as sudo knows it, and the standing options of GNU tar. */
    private static final Set<String> DROPPED = Set.of(
            "BASH_ENV",
            "BASHOPTS",
            "CDPATH",
            "CLASSPATH",
            "ENV",
            "FPATH",
            "GCONV_PATH",
            "GETCONF_DIR",
            "GLIBC_TUNABLES",
            "GLOBIGNORE",
            "HOSTALIASES",
            "IFS",
            "JAVA_TOOL_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "LOCALDOMAIN",
            "LOCPATH",
            "NIS_PATH",
            "NLSPATH",
            "NODE_OPTIONS",
            "NULLCMD",
            "POSIXLY_CORRECT",
            "PROMPT_COMMAND",
            "PS4",
            "READNULLCMD",
            "RESOLV_HOST_CONF",
            "RES_OPTIONS",
            "SHELLOPTS",
            "TAPE",
            "TAR_OPTIONS",
            "TAR_SUBCOMMAND",
            "ZDOTDIR",
            "_JAVA_OPTIONS");

    private static final Pattern DROPPED_FAMILY = Pattern.compile("(LD_|_RLD|MALLOC_|PYTHON|PERL|RUBY|BASH_FUNC_).*");

    private Programs() {}

    /** Takes out of an environment what would change what a program does behind its caller's back, and sets PATH. */
    static void clean(Map<String, String> environment) {
        environment
                .keySet()
                .removeIf(name ->
                        DROPPED.contains(name) || DROPPED_FAMILY.matcher(name).matches());
        environment.values().removeIf(value -> value.startsWith("() {"));
        environment.put("PATH", PATH);
    }

    /**
     * The argument list with the program's own path: a bare name is looked for in the directories of the system only.
     *
     * @throws IOException when it is in none of them
     */
    static List<String> located(List<String> argv) throws IOException {
        String name = argv.get(0);
        if (name.contains("/")) {
            return argv;
        }
        for (String directory : PATH.split(":", -1)) {
            Path program = Path.of(directory, name);
            if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                List<String> located = new ArrayList<>(argv);
                located.set(0, program.toString());
                return located;
            }
        }
        throw new IOException("there is no program " + name + " in " + PATH.replace(":", ", "));
    }
}
