package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.HttpCall;
import dev.belay.config.Metric;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a Prometheus for the values of a query, or reads a metric where a program serves it, and compares each value. */
final class PrometheusProbe implements Probe {
    private final CheckSpec.Prometheus spec;
    private final URI uri;
    private final Duration timeout;
    private final LocalMachine machine;

    private record Sample(String name, double value) {}

    PrometheusProbe(CheckSpec.Prometheus spec, String host, Duration timeout, LocalMachine machine) {
        this.spec = spec;
        String url = spec.call().url();
        this.uri = HttpAttempt.address(
                spec.query() == null
                        ? url
                        : url.replaceAll("/+$", "") + "/api/v1/query?query="
                                + URLEncoder.encode(spec.query().replace("{host}", host), StandardCharsets.UTF_8),
                host);
        this.timeout = timeout;
        this.machine = machine;
    }

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        try {
            HttpCall call = spec.call();
            HttpAttempt.Answer answer = HttpAttempt.of(call, uri, machine, Deadline.in(timeout));
            return judge(answer).about(HttpAttempt.shown(uri));
        } catch (ProbeException e) {
            return e.answer().about(HttpAttempt.shown(uri));
        }
    }

    private ProbeAnswer judge(HttpAttempt.Answer answer) throws ProbeException {
        String shown = "HTTP " + answer.status() + "\n" + HttpProbe.shown(answer.body());
        Optional<String> certificate =
                HttpProbe.certificateFault(answer, spec.call().tls().minDaysLeft(), Instant.now());
        if (certificate.isPresent()) {
            return ProbeAnswer.failed(certificate.get(), shown);
        }
        List<Sample> samples = spec.query() != null ? queried(answer, shown) : scraped(answer, shown);
        if (samples.isEmpty()) {
            return ProbeAnswer.failed(
                    "there is no value of " + (spec.query() != null ? spec.query() : spec.metric()), shown);
        }
        for (Sample sample : samples) {
            // a value that is none of the numbers is in no bounds
            if (spec.min() != null && !(sample.value() >= spec.min())) {
                return ProbeAnswer.failed(text(sample) + ", at least " + number(spec.min()) + " is asked for", shown);
            }
            if (spec.max() != null && !(sample.value() <= spec.max())) {
                return ProbeAnswer.failed(text(sample) + ", at most " + number(spec.max()) + " is accepted", shown);
            }
        }
        return ProbeAnswer.ok(
                text(samples.get(0)) + (samples.size() > 1 ? ", and " + (samples.size() - 1) + " more" : ""), shown);
    }

    private static List<Sample> queried(HttpAttempt.Answer answer, String shown) throws ProbeException {
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(answer.body());
        } catch (JacksonException e) {
            throw new ProbeException(
                    ProbeAnswer.failed(
                            answer.whole()
                                    ? "HTTP " + answer.status() + ", and no answer of Prometheus"
                                    : "the answer is longer than 64 KiB; a query with fewer values is needed",
                            shown),
                    e);
        }
        if (!root.path("status").asString("").equals("success")) {
            throw new ProbeException(ProbeAnswer.failed(
                    "HTTP " + answer.status() + ": " + root.path("error").asString("no answer of Prometheus"), shown));
        }
        JsonNode data = root.path("data");
        List<Sample> samples = new ArrayList<>();
        switch (data.path("resultType").asString("")) {
            case "scalar" -> samples.add(sample("the value", data.path("result"), shown));
            case "vector" -> {
                for (JsonNode one : data.path("result")) {
                    samples.add(sample(one.path("metric").toString(), one.path("value"), shown));
                }
            }
            default ->
                throw new ProbeException(ProbeAnswer.failed(
                        "the query gives no numbers but a "
                                + data.path("resultType").asString("nothing"),
                        shown));
        }
        return samples;
    }

    private static Sample sample(String name, JsonNode timeAndValue, String shown) throws ProbeException {
        return new Sample(
                name,
                value(timeAndValue.path(1).asString(""))
                        .orElseThrow(() ->
                                new ProbeException(ProbeAnswer.failed("a value of the answer is no number", shown))));
    }

    private List<Sample> scraped(HttpAttempt.Answer answer, String shown) throws ProbeException {
        if (answer.status() != 200) {
            throw new ProbeException(ProbeAnswer.failed("HTTP " + answer.status() + ", expected 200", shown));
        }
        Metric wanted = Metric.parse(String.valueOf(spec.metric())).orElseThrow();
        List<Sample> samples = new ArrayList<>();
        // the last line may be cut off in the middle of a number
        int end = answer.whole() ? answer.body().length() : answer.body().lastIndexOf('\n') + 1;
        for (String line : answer.body().substring(0, end).lines().toList()) {
            sample(wanted, line).ifPresent(samples::add);
        }
        if (samples.isEmpty() && !answer.whole()) {
            throw new ProbeException(
                    ProbeAnswer.failed("there is no " + spec.metric() + " in the first 64 KiB of the metrics", shown));
        }
        return samples;
    }

    /** A line of the text format is {@code name{labels} value timestamp}. */
    private static Optional<Sample> sample(Metric wanted, String line) {
        int brace = line.indexOf('{');
        int end = brace < 0 ? line.indexOf(' ') : line.lastIndexOf('}') + 1;
        if (end <= 0 || line.startsWith("#")) {
            return Optional.empty();
        }
        String name = line.substring(0, end);
        return Metric.parse(name)
                .filter(m -> m.name().equals(wanted.name())
                        && m.labels().entrySet().containsAll(wanted.labels().entrySet()))
                .flatMap(m -> value(line.substring(end).strip().split("\\s+", 2)[0]))
                .map(value -> new Sample(name, value));
    }

    private static Optional<Double> value(String text) {
        return switch (text) {
            case "NaN" -> Optional.of(Double.NaN);
            case "+Inf" -> Optional.of(Double.POSITIVE_INFINITY);
            case "-Inf" -> Optional.of(Double.NEGATIVE_INFINITY);
            default ->
                text.matches("[-+]?[0-9.]{1,30}([eE][-+]?\\d{1,3})?") && !text.matches(".*\\..*\\..*")
                        ? Optional.of(Double.valueOf(text))
                        : Optional.empty();
        };
    }

    private static String text(Sample sample) {
        return sample.name() + " is " + number(sample.value());
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
