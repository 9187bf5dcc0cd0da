package dev.belay.verify;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The body of an HTTP answer, or its beginning.
 *
 * @param whole false when there is more than may be read
 */
record HttpBody(byte[] bytes, boolean whole) {
    private static final HttpBody NONE = new HttpBody(new byte[0], true);

    /** @throws ProbeException when it ends before its end, or the deadline comes first */
    static HttpBody read(Wire wire, HttpHead head, boolean onlyTheHead) throws ProbeException {
        int status = head.status();
        if (onlyTheHead || status == 204 || status == 304 || status < 200) {
            return NONE;
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            boolean ended =
                    head.header("transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked")
                            ? chunks(wire, bytes)
                            : plain(wire, bytes, length(head));
            if (!ended && !wire.exhausted()) {
                throw wire.closedEarly(null);
            }
            return new HttpBody(bytes.toByteArray(), ended);
        } catch (IOException e) {
            throw wire.broken(e);
        }
    }

    /** @return null when the body ends with the connection */
    private static @Nullable Long length(HttpHead head) throws ProbeException {
        String written = head.header("content-length");
        if (written.isEmpty()) {
            return null;
        }
        if (!written.matches("\\d{1,18}")) {
            throw HttpHead.notHttp();
        }
        return Long.valueOf(written);
    }

    /** @return whether it came to its end */
    private static boolean plain(Wire wire, ByteArrayOutputStream bytes, @Nullable Long length) throws IOException {
        if (length == null) {
            wire.in().transferTo(bytes);
            return !wire.exhausted();
        }
        return copy(wire, bytes, length);
    }

    private static boolean copy(Wire wire, ByteArrayOutputStream bytes, long length) throws IOException {
        byte[] part = wire.in().readNBytes((int) Math.min(length, Wire.MOST_READ));
        bytes.writeBytes(part);
        return part.length == length;
    }

    private static boolean chunks(Wire wire, ByteArrayOutputStream bytes) throws IOException, ProbeException {
        while (true) {
            String head = HttpHead.line(wire.in());
            if (head == null) {
                return false;
            }
            String size = head.replaceAll(";.*", "").strip();
            if (!size.matches("[0-9A-Fa-f]{1,15}")) {
                throw HttpHead.notHttp();
            }
            long length = Long.parseLong(size, 16);
            if (length == 0) {
                return true;
            }
            if (!copy(wire, bytes, length) || HttpHead.line(wire.in()) == null) {
                return false;
            }
        }
    }
}
