package dev.belay.secret;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which values are secret. Reports must stay readable, so a value that is no secret by its name is replaced only when it
 * is long enough and not plain; one whose name says that it is a secret is replaced even when it is short.
 */
final class Rules {
    /** A value shorter than this is never replaced: its letters stand in every text. */
    static final int SHORTEST = 4;
    /** Below this, a value that is a secret by its name is replaced only where it stands alone, as a whole word. */
    static final int SHORTEST_ANYWHERE = 8;

    private static final Pattern SECRET_NAME = Pattern.compile("PASSW|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|AUTH|PRIVATE"
            + "|WEBHOOK|COOKIE|SIGNATURE|CONNECTION_?STRING|(API|ACCESS|ENCRYPTION|SIGNING|MASTER|SSH|LICENSE)KEY"
            + "|(^|_)(KEY|KEYS|PASS|PWD|PW|PSK|SALT|DSN|JWT|PAT|PIN)(_|$)");
    private static final Pattern NOT_A_SECRET =
            Pattern.compile("(^|_)AUTHORS?(_|$)|^SSH_AUTH_SOCK$|^XAUTHORITY$|^PWD$|^OLDPWD$");
    private static final Set<String> HARMLESS = Set.of(
            "PATH",
            "MANPATH",
            "HOME",
            "SHLVL",
            "LANG",
            "LANGUAGE",
            "TERM",
            "TZ",
            "USER",
            "LOGNAME",
            "SHELL",
            "HOSTNAME",
            "EDITOR",
            "PAGER",
            "VERSION",
            "COLUMNS",
            "LINES",
            "_");
    private static final Pattern HARMLESS_NAME =
            Pattern.compile("^LC_.*|.*_VERSION$|.*_SHA(1|256|512)$|^JAVA_HOME$|^DOCKER_HOST$|^COMPOSE_.*|^XDG_.*");
    private static final Pattern PLACE = Pattern.compile(".*_(FILE|DIR|PATH|HOME)$");
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z]{1,12}|[-+0-9.,:/_ ]{1,15}|v?\\d+(\\.\\d+)+([-+~][A-Za-z0-9.+~-]{0,20})?");
    private static final Pattern ARMOUR = Pattern.compile("-----(BEGIN|END) [A-Z0-9 ]+-----");

    private Rules() {}

    /** The name says that the value is a secret. */
    static boolean saysSecret(String name) {
        String upper = words(name);
        return !NOT_A_SECRET.matcher(upper).find() && SECRET_NAME.matcher(upper).find();
    }

    /** The name says that the value is none: search paths, locales, versions of what is installed. */
    static boolean saysHarmless(String name) {
        String upper = words(name);
        return NOT_A_SECRET.matcher(upper).find()
                || HARMLESS.contains(upper)
                || HARMLESS_NAME.matcher(upper).matches();
    }

    /** {@code PASSWORD_FILE=/run/secrets/password} and the like: where something is, not what it is. */
    static boolean place(Secret secret) {
        return secret.value().startsWith("/")
                && PLACE.matcher(words(secret.name())).matches();
    }

    /** A short word, a number, an address, a version: nothing that anybody would keep secret under such a name. */
    static boolean plain(String value) {
        return PLAIN.matcher(value).matches();
    }

    /** The first and last line of an armoured key, the same in all of them. */
    static boolean armour(String line) {
        return ARMOUR.matcher(line).matches();
    }

    /** {@code dbPassword} and {@code db-password} as {@code DB_PASSWORD}. */
    private static String words(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("[^A-Za-z0-9]+", "_")
                .toUpperCase(Locale.ROOT);
    }
}
