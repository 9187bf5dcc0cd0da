package dev.belay.verify;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The beginning of an HTTP answer. */
record HttpHead(int status, Map<String, String> headers) {
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/\\d\\.\\d (\\d{3})(?: .*)?");
    private static final int SWITCHING_PROTOCOLS = 101;

    /** The head of the answer proper, after those that only say that there will be one. */
    static HttpHead read(Wire wire) throws IOException, ProbeException {
        HttpHead head = one(wire);
        while (head.status() < 200 && head.status() != SWITCHING_PROTOCOLS) {
            head = one(wire);
        }
        return head;
    }

    /** The value of the first header of this name, which is in lower case; empty when there is none. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    private static HttpHead one(Wire wire) throws IOException, ProbeException {
        String first = needed(wire);
        Matcher status = STATUS_LINE.matcher(first);
        if (!status.matches()) {
            throw notHttp();
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line = needed(wire); !line.isEmpty(); line = needed(wire)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.putIfAbsent(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new HttpHead(Integer.parseInt(status.group(1)), headers);
    }

    private static String needed(Wire wire) throws IOException, ProbeException {
        String line = line(wire.in());
        if (line == null) {
            throw wire.exhausted()
                    ? new ProbeException(ProbeAnswer.failed("the head of the answer is longer than 64 KiB"))
                    : wire.closedEarly(null);
        }
        return line;
    }

    static ProbeException notHttp() {
        return new ProbeException(ProbeAnswer.failed("what answers does not speak HTTP"));
    }

    /** Without its end; null when the stream ends first. */
    static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(b);
        }
        return null;
    }
}
