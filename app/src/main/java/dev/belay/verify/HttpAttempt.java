package dev.belay.verify;

import dev.belay.config.GivenText;
import dev.belay.config.HostAndPort;
import dev.belay.config.HttpCall;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One call over HTTP/1.1 with the redirects that it leads to, within one deadline and one allowance of bytes. Why this is
 * not the client of Java: docs/decisions/0026.
 */
final class HttpAttempt {
    private static final int MOST_REDIRECTS = 10;

    private final HttpCall call;
    private final URI first;
    private final LocalMachine machine;
    private final Deadline deadline;
    private final Wire.Allowance allowance = new Wire.Allowance();
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private byte @Nullable [] body;
    private Wire.@Nullable Tls tls;
    private String method;

    /**
     * What the call came to.
     *
     * @param whole false when the body is longer than what is read
     * @param certificate of the server that was asked last; null without TLS
     * @param took from the first connection to the last byte that was read
     */
    record Answer(
            int status,
            String body,
            boolean whole,
            @Nullable X509Certificate certificate,
            Duration took) {}

    private HttpAttempt(HttpCall call, URI uri, LocalMachine machine, Deadline deadline) {
        this.call = call;
        this.first = uri;
        this.machine = machine;
        this.deadline = deadline;
        this.method = call.method();
    }

    /** @throws ProbeException when there is no answer, or what is to be sent is not there */
    static Answer of(HttpCall call, URI uri, LocalMachine machine, Deadline deadline)
            throws ProbeException, InterruptedException {
        return new HttpAttempt(call, uri, machine, deadline).run();
    }

    /** @throws BelayException USAGE when the host makes no address of the URL */
    static URI address(String url, String host) {
        String full = HostAndPort.fill(url, host);
        try {
            URI uri = new URI(full);
            if (uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw noAddress(full, e);
        }
        throw noAddress(full, null);
    }

    private static BelayException noAddress(String url, @Nullable Exception cause) {
        return new BelayException(
                Category.USAGE,
                "cannot check " + url,
                "it is no valid address",
                "Give HOST as a host name or an address, without a port",
                cause);
    }

    /** An address without what may be a secret in it: user and query. */
    static String shown(URI uri) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return uri.getScheme() + "://" + uri.getHost() + port + path;
    }

    private Answer run() throws ProbeException, InterruptedException {
        for (Map.Entry<String, GivenText> header : call.headers().entrySet()) {
            String value = machine.value(header.getValue());
            if (value.chars().anyMatch(c -> c < ' ' && c != '\t')) {
                throw new ProbeException(ProbeAnswer.inconclusive(
                        "the header " + header.getKey() + " has more than printable text in it"));
            }
            headers.put(header.getKey(), value);
        }
        body = call.body() == null ? null : machine.value(call.body()).getBytes(StandardCharsets.UTF_8);
        URI at = first;
        for (int redirects = 0; ; redirects++) {
            try (Wire wire = open(at)) {
                HttpHead head = ask(wire, at);
                String location = head.header("location");
                if (!call.followRedirects() || !redirect(head.status())) {
                    return answer(wire, head);
                }
                if (redirects == MOST_REDIRECTS) {
                    throw failed("redirected more than " + MOST_REDIRECTS + " times, now to "
                            + (location.isEmpty() ? "nowhere" : shown(target(at, location))));
                }
                URI next = target(at, location);
                follow(head.status(), at, next);
                at = next;
            }
        }
    }

    private Wire open(URI uri) throws ProbeException, InterruptedException {
        boolean secure = uri.getScheme().equalsIgnoreCase("https");
        if (secure && tls == null) {
            tls = TlsContexts.of(call.tls(), machine);
        }
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        return Wire.open(host, port(uri), secure ? tls : null, deadline, allowance);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private HttpHead ask(Wire wire, URI uri) throws ProbeException {
        try {
            wire.out().write(request(uri));
            wire.out().flush();
            return HttpHead.read(wire);
        } catch (IOException e) {
            throw wire.broken(e);
        }
    }

    private byte[] request(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Host", uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort());
        all.put("User-Agent", "belay");
        all.put("Accept", "*/*");
        if (uri.getUserInfo() != null) {
            all.put(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(uri.getUserInfo().getBytes(StandardCharsets.UTF_8)));
        }
        all.keySet().removeIf(headers::containsKey);
        all.putAll(headers);
        byte[] content = body == null ? new byte[0] : body;
        if (body != null || method.startsWith("P")) {
            all.put("Content-Length", Integer.toString(content.length));
        }
        // one exchange a connection: nothing is left over that another could take for its own
        all.put("Connection", "close");
        StringBuilder head = new StringBuilder(method)
                .append(' ')
                .append(ascii(path + query))
                .append(" HTTP/1.1\r\n");
        all.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    private static String ascii(String pathAndQuery) {
        return URI.create("http://host" + pathAndQuery).toASCIIString().substring("http://host".length());
    }

    private Answer answer(Wire wire, HttpHead head) throws ProbeException {
        HttpBody read = HttpBody.read(wire, head, method.equals("HEAD"));
        X509Certificate certificate = null;
        if (wire.session() != null) {
            try {
                Certificate leaf = wire.session().getPeerCertificates()[0];
                certificate = leaf instanceof X509Certificate x509 ? x509 : null;
            } catch (IOException e) {
                throw wire.broken(e);
            }
        }
        return new Answer(
                head.status(),
                new String(read.bytes(), StandardCharsets.UTF_8),
                read.whole(),
                certificate,
                deadline.elapsed());
    }

    private static boolean redirect(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    /**
     * Where a redirect leads to.
     *
     * @throws ProbeException when that is no address of http or https
     */
    static URI target(URI from, String location) throws ProbeException {
        try {
            URI target = resolved(from, location);
            String scheme = String.valueOf(target.getScheme());
            if (!location.isEmpty()
                    && target.getHost() != null
                    && (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
                return target;
            }
        } catch (URISyntaxException e) {
            throw new ProbeException(ProbeAnswer.failed("redirected to what is no address"), e);
        }
        throw failed(location.isEmpty() ? "redirected to nowhere" : "redirected to what is no http or https address");
    }

    /** {@link URI#resolve} is older than RFC 3986: it makes a host of http://h and x, and of ?x another path. */
    private static URI resolved(URI from, String location) throws URISyntaxException {
        String path = from.getRawPath() == null || from.getRawPath().isEmpty() ? "/" : from.getRawPath();
        String base = from.getScheme() + "://" + from.getRawAuthority() + path;
        return location.startsWith("?") ? new URI(base + location) : new URI(base).resolve(new URI(location));
    }

    static boolean sameServer(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    /** What was meant for one server is not told another, and what was asked for in secret is not asked in the open. */
    private void follow(int status, URI from, URI to) throws ProbeException {
        if (from.getScheme().equalsIgnoreCase("https") && !to.getScheme().equalsIgnoreCase("https")) {
            throw failed("redirected from https to " + shown(to) + ", which is not followed");
        }
        boolean sameServer = sameServer(from, to);
        if (!sameServer) {
            headers.clear();
        }
        if ((status < 307 && !method.equals("HEAD")) || !sameServer) {
            method = method.equals("HEAD") ? "HEAD" : "GET";
            body = null;
            headers.remove("Content-Type");
        }
    }

    private static ProbeException failed(String reason) {
        return new ProbeException(ProbeAnswer.failed(reason));
    }
}
