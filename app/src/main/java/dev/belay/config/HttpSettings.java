package dev.belay.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads what checks over HTTP may be told. */
final class HttpSettings {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final String STATUS = "write a whole number from 100 to 599, \"200-299\" or a list of them";
    private static final int MOST_DAYS = 3650;

    private final Path start;

    private enum Redirects {
        FOLLOW,
        NEVER
    }

    /** @param start where relative paths start */
    HttpSettings(Path start) {
        this.start = start;
    }

    /** @param named makes the common part from the name that the check has when it is given none */
    Optional<CheckSpec> http(Section item, Function<String, CheckSpec.Common> named) {
        Section http = item.section("http");
        Optional<String> url = url(item, http, "http", "write `http: {url: \"http://{host}/\"}`");
        Statuses status = status(http);
        Map<String, String> json = http.textMap("json");
        json.forEach((path, expected) -> comparison(http, path, expected));
        Optional<String> match = http.pattern("match");
        Optional<String> notMatch = http.pattern("notMatch");
        Optional<Duration> maxLatency = http.optionalDuration("maxLatency", Duration.ofMillis(1));
        String method = method(http);
        Optional<GivenText> body = http.given("body", "body", start);
        Map<String, GivenText> headers = headers(http);
        Redirects redirects = http.choice("redirects", status.acceptARedirect() ? Redirects.NEVER : Redirects.FOLLOW);
        HttpCall.Tls tls = tls(http);
        http.end();
        return url.map(u -> new CheckSpec.Http(
                named.apply("http " + u),
                new HttpCall(u, method, headers, body.orElse(null), redirects == Redirects.FOLLOW, tls),
                status,
                Collections.unmodifiableMap(json),
                match.orElse(null),
                notMatch.orElse(null),
                maxLatency.orElse(null)));
    }

    /** As {@link #http}. */
    Optional<CheckSpec> prometheus(Section item, Function<String, CheckSpec.Common> named) {
        Section prometheus = item.section("prometheus");
        String fix = "write `prometheus: {url: \"http://{host}:9090\", query: up, min: 1}`";
        Optional<String> url = url(item, prometheus, "prometheus", fix);
        Optional<String> query = prometheus.text("query");
        Optional<String> metric = prometheus.text("metric");
        Optional<Double> min = prometheus.decimal("min");
        Optional<Double> max = prometheus.decimal("max");
        Map<String, GivenText> headers = headers(prometheus);
        HttpCall.Tls tls = tls(prometheus);
        prometheus.end();
        if (prometheus.has("query") == prometheus.has("metric")) {
            item.problem("prometheus", "needs either a query or a metric", fix);
        }
        if (!prometheus.has("min") && !prometheus.has("max")) {
            item.problem("prometheus", "has neither min nor max", fix);
        }
        if (metric.isPresent() && Metric.parse(metric.get()).isEmpty()) {
            prometheus.problem(
                    "metric",
                    "`" + metric.get() + "` is no metric",
                    "write 'queue_length' or 'queue_length{name=\"mail\"}'");
        }
        return url.map(u -> new CheckSpec.Prometheus(
                named.apply("prometheus " + query.or(() -> metric).orElse(u)),
                new HttpCall(u, "GET", headers, null, true, tls),
                query.orElse(null),
                metric.orElse(null),
                min.orElse(null),
                max.orElse(null)));
    }

    private static Optional<String> url(Section item, Section section, String type, String fix) {
        Optional<String> url = section.text("url");
        if (!section.has("url")) {
            item.problem(type, "has no url", fix);
        }
        if (url.isPresent() && !httpUrl(url.get())) {
            section.problem(
                    "url", "`" + url.get() + "` is no http or https address", "write \"http://{host}:PORT/path\"");
        }
        return url;
    }

    private static Statuses status(Section http) {
        List<String> written = http.textOrTexts("status");
        if (!http.has("status")) {
            return Statuses.of(200);
        }
        Optional<Statuses> status = Statuses.parse(written);
        if (status.isEmpty() && !written.isEmpty()) {
            http.problem("status", "`" + String.join(", ", written) + "` is no status or range of them", STATUS);
        }
        return status.orElse(Statuses.of(200));
    }

    private static void comparison(Section http, String path, String expected) {
        if (expected.matches("(<=|>=|<|>).*") && JsonBound.parse(expected).isEmpty()) {
            http.problem(
                    "json", "`" + expected + "` of " + path + " compares with no number", "write such as \">= 3\"");
        }
    }

    private static String method(Section http) {
        String method = http.text("method").orElse("GET").toUpperCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            http.problem(
                    "method",
                    "`" + method + "` is not known",
                    "write one of "
                            + String.join(", ", METHODS.stream().sorted().toList()));
        }
        return method;
    }

    private Map<String, GivenText> headers(Section section) {
        Map<String, GivenText> headers = new LinkedHashMap<>();
        Section written = section.section("headers");
        for (String name : written.keys()) {
            if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
                written.problem(name, "is no name of a header", "write it such as X-Api-Key");
            }
            Optional<GivenText> value = written.given(name, name, start);
            if (value.isPresent()
                    && value.get() instanceof GivenText.Written text
                    && text.secret().value().matches("(?s).*[\\r\\n].*")) {
                written.problem(name, "is more than one line", "write it on one line");
            }
            value.ifPresent(v -> headers.put(name, v));
        }
        return Collections.unmodifiableMap(headers);
    }

    private HttpCall.Tls tls(Section section) {
        boolean insecure = section.bool("insecure", false);
        Section tls = section.section("tls");
        Optional<Path> ca = tls.path("ca", start);
        Optional<Path> certificate = tls.path("certificate", start);
        Optional<Path> key = tls.path("key", start);
        int minDaysLeft = tls.integer("minDaysLeft", 0, MOST_DAYS, 0);
        tls.end();
        if (tls.has("certificate") != tls.has("key")) {
            section.problem("tls", "has only one of certificate and key", "write both, or neither");
        }
        if (insecure && tls.has("ca")) {
            tls.problem("ca", "is not looked at when insecure is true", "take one of them away");
        }
        return new HttpCall.Tls(ca.orElse(null), certificate.orElse(null), key.orElse(null), minDaysLeft, insecure);
    }

    private static boolean httpUrl(String url) {
        try {
            URI uri = new URI(url.replace("{host}", "localhost"));
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            return uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
