package dev.belay.init;

import dev.belay.project.Healthcheck;
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
 * @param partial whether something was left out that may be a secret: a user, a query
 */
public record WebCheck(String name, String url, boolean insecure, String from, boolean guessed, boolean partial) {
    private static final Pattern URL = Pattern.compile(
            "(?<scheme>https?)://(?<user>[^/@\\s]*@)?(?<host>localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1?\\]|[a-zA-Z][\\w.-]*)"
                    + "(?::(?<port>\\d{1,5}))?(?<path>/[^\\s\"'`|;&)?#]*)?(?<query>\\?\\S*)?");
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
                        false));
            }
        }
        return checks;
    }

    /** What the healthcheck asks from the inside, at the port by which it is reached from the outside. */
    private static Optional<WebCheck> asked(Service service, String test) {
        Matcher url = URL.matcher(test);
        while (url.find()) {
            String scheme = url.group("scheme");
            int inside =
                    url.group("port") != null ? Integer.parseInt(url.group("port")) : scheme.equals("https") ? 443 : 80;
            String path = url.group("path") == null ? "/" : url.group("path");
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
                        url.group("user") != null || url.group("query") != null));
            }
        }
        return Optional.empty();
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
        String number = port.published().equals(Integer.toString(usual)) ? "" : ":" + port.published();
        return scheme + "://" + host + number + path;
    }
}
