package dev.belay.init;

import dev.belay.engine.Healthcheck;
import dev.belay.project.Port;
import dev.belay.project.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address at which a service should answer.
 *
 * @param url with {@code {host}}, where the port is published for it
 * @param from where it was taken from, for people
 * @param guessed whether nothing but the number of the port says that it speaks HTTP
 * @param missing why it is not all of what is asked, for people; empty when it is
 */
public record WebCheck(String name, String url, boolean insecure, String from, boolean guessed, String missing) {
    private static final Pattern URL = Pattern.compile(
            "(?<scheme>https?)://(?<user>[^/@\\s]*@)?(?<host>localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1?\\]|[a-zA-Z][\\w.-]*)"
                    + "(?::(?<port>\\d{1,5}))?(?<path>/[^\\s\"'`|;&)?#<>]*)?(?<query>\\?\\S*)?");
    /** What a path is made of; anything else is for the container's shell, or no address at all. */
    private static final Pattern PLAIN = Pattern.compile("(?:[\\w.~!*+,=:@/(-]|%[0-9A-Fa-f]{2})*");

    private static final Pattern ANY_CERTIFICATE =
            Pattern.compile("(^|\\s)(-[a-zA-Z]*k[a-zA-Z]*|--insecure|--no-check-certificate)(\\s|$)");
    private static final Set<String> SERVERS = Set.of("nginx", "nginx-unprivileged", "httpd", "caddy");
    private static final Set<Integer> WEB_PORTS = Set.of(80, 3000, 4000, 5000, 8000, 8080, 8081, 8888);

    /**
     * The addresses of a service: that of its healthcheck, else of a known web server, else of a port that usually
     * speaks HTTP.
     *
     * @param healthcheck null when it has none
     */
    public static List<WebCheck> of(Service service, @Nullable Healthcheck healthcheck) {
        List<WebCheck> checks = new ArrayList<>();
        if (healthcheck != null) {
            asked(service, String.join(" ", healthcheck.test())).ifPresent(checks::add);
        }
        String image = service.image().replaceAll("[@].*", "").replaceAll(":[^/:]*$", "");
        boolean server = SERVERS.contains(image.substring(image.lastIndexOf('/') + 1));
        for (Port port : service.ports()) {
            if (checks.isEmpty() && usable(port) && WEB_PORTS.contains(port.target())) {
                checks.add(new WebCheck(
                        service.name(),
                        address("http", port, "/"),
                        false,
                        server ? "the web server's published port" : "a published port that usually speaks HTTP",
                        !server,
                        ""));
            }
        }
        return checks;
    }

    /** What the healthcheck asks from the inside, at the port by which it is reached from the outside. */
    private static Optional<WebCheck> asked(Service service, String test) {
        Matcher url = URL.matcher(test);
        while (url.find()) {
            boolean goesOn =
                    url.group("path") == null && test.substring(url.end()).matches("(?s)[:${\\w].*");
            if (goesOn) {
                // Its host or its port is only known to the container's shell.
                continue;
            }
            String scheme = url.group("scheme");
            int inside =
                    url.group("port") != null ? Integer.parseInt(url.group("port")) : scheme.equals("https") ? 443 : 80;
            String written = url.group("path") == null ? "/" : url.group("path");
            String path = plain(written);
            Optional<Port> outside = service.ports().stream()
                    .filter(p -> usable(p) && p.target() == inside)
                    .findFirst();
            if (outside.isPresent()) {
                return Optional.of(new WebCheck(
                        service.name(),
                        address(scheme, outside.get(), path),
                        scheme.equals("https") && ANY_CERTIFICATE.matcher(test).find(),
                        "what its healthcheck asks",
                        false,
                        missing(url, path.equals(written))));
            }
        }
        return Optional.empty();
    }

    /** As far as a name in it ends before what is no part of an address. */
    private static String plain(String path) {
        Matcher plain = PLAIN.matcher(path);
        int end = plain.lookingAt() ? plain.end() : 0;
        return end == path.length() ? path : path.substring(0, path.lastIndexOf('/', end) + 1);
    }

    private static String missing(Matcher url, boolean wholePath) {
        if (!wholePath) {
            return "the rest of its path is left out here: as it is written it is no address";
        }
        return url.group("user") != null || url.group("query") != null
                ? "its user or its query is left out here: it may be a secret"
                : "";
    }

    private static boolean usable(Port port) {
        return port.fixed() && port.protocol().equals("tcp");
    }

    private static String address(String scheme, Port port, String path) {
        boolean loopback = port.hostIp().startsWith("127.") || port.hostIp().equals("::1");
        String host = port.everywhere() || loopback
                ? "{host}"
                : port.hostIp().contains(":") ? "[" + port.hostIp() + "]" : port.hostIp();
        int usual = scheme.equals("https") ? 443 : 80;
        // One port may be written as a range that ends where it begins.
        String published = port.published().replaceAll("-.*", "");
        String number = published.equals(Integer.toString(usual)) ? "" : ":" + published;
        return scheme + "://" + host + number + path;
    }
}
