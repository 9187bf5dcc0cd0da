package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.Durations;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Sends a GET and compares the answer with what is expected. */
final class HttpProbe implements Probe {
    private static final int MOST_READ = 64 * 1024;
    private static final int MOST_SHOWN = 2 * 1024;
    private static final Duration TIMER_LATENESS = Duration.ofSeconds(1);

    private final CheckSpec.Http spec;
    private final URI uri;
    private final Duration timeout;
    private final JsonExpectation json;
    private final HttpClient client;

    HttpProbe(CheckSpec.Http spec, String host, Duration timeout) {
        this.spec = spec;
        this.uri = address(spec.url(), host);
        this.timeout = timeout;
        this.json = new JsonExpectation(spec.json());
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                // who expects a redirect wants to see it
                .followRedirects(spec.status() / 100 == 3 ? HttpClient.Redirect.NEVER : HttpClient.Redirect.NORMAL);
        if (spec.insecure()) {
            builder.sslContext(AnyCertificate.context());
        }
        this.client = builder.build();
    }

    /** @throws BelayException USAGE when the host makes no address of the URL */
    static URI address(String url, String host) {
        boolean bareIpv6 = host.contains(":") && !host.startsWith("[");
        String full = url.replace("{host}", bareIpv6 ? "[" + host + "]" : host);
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

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        AtomicBoolean answering = new AtomicBoolean();
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("User-Agent", "belay")
                .header("Accept", "*/*")
                .build();
        CompletableFuture<HttpResponse<byte[]>> exchange = client.sendAsync(request, head -> {
            answering.set(true);
            return new LimitedBody(MOST_READ);
        });
        try {
            return judge(result(exchange, answering));
        } catch (ExecutionException e) {
            return named(HttpFailure.of(e.getCause() == null ? e : e.getCause(), uri, timeout));
        } catch (TimeoutException e) {
            return named(ProbeAnswer.failed((answering.get() ? "the answer was not complete" : "no answer") + " within "
                    + Durations.format(timeout)));
        } finally {
            exchange.cancel(true);
        }
    }

    private HttpResponse<byte[]> result(CompletableFuture<HttpResponse<byte[]>> exchange, AtomicBoolean answering)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            if (answering.get()) {
                throw e;
            }
            // the client's own timer is about to end it, and knows whether it was the connection that took so long
            return exchange.get(TIMER_LATENESS.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private ProbeAnswer judge(HttpResponse<byte[]> response) {
        String body = new String(response.body(), StandardCharsets.UTF_8);
        String status = "HTTP " + response.statusCode();
        String answer = status + "\n" + shown(body);
        if (response.statusCode() != spec.status()) {
            return named(ProbeAnswer.failed(status + ", expected " + spec.status(), answer));
        }
        Optional<String> fault = json.fault(body);
        return fault.isPresent() ? named(ProbeAnswer.failed(fault.get(), answer)) : ProbeAnswer.ok(status, answer);
    }

    /** A failure says which address it is about, without what may be a secret in it: user and query. */
    private ProbeAnswer named(ProbeAnswer answer) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return new ProbeAnswer(
                answer.state(),
                uri.getScheme() + "://" + uri.getHost() + port + path + ": " + answer.reason(),
                answer.lastAnswer(),
                answer.nobodyThere());
    }

    /** The beginning, without what could steer a terminal. */
    private static String shown(String body) {
        String beginning = body.length() > MOST_SHOWN ? body.substring(0, MOST_SHOWN) : body;
        return beginning.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "").strip();
    }
}
