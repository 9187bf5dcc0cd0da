package dev.belay.engine.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 over a unix socket, as much of it as the engine speaks: one connection for each request. */
final class UnixHttp {
    private final Path socket;
    private final Watchdog watchdog = new Watchdog();

    UnixHttp(Path socket) {
        this.socket = socket;
    }

    Path socket() {
        return socket;
    }

    /** @param json the body; null for none */
    Response send(String method, String target, byte @Nullable [] json, Limits limits) throws IOException {
        return send(method, target, json, limits, false);
    }

    /** Its answer may end where the connection ends: for an exchange whose end the engine also tells in another way. */
    Response attach(String target, byte[] json, Limits limits) throws IOException {
        return send("POST", target, json, limits, true);
    }

    private Response send(String method, String target, byte @Nullable [] json, Limits limits, boolean untilClosed)
            throws IOException {
        Connection connection = Connection.open(socket, watchdog, limits);
        try {
            String head = head(method, target);
            if (json == null) {
                connection.write(
                        Connection.ascii(head + (method.equals("POST") ? "Content-Length: 0\r\n" : "") + "\r\n"));
            } else {
                connection.write(Connection.ascii(
                        head + "Content-Type: application/json\r\nContent-Length: " + json.length + "\r\n\r\n"));
                connection.write(ByteBuffer.wrap(json));
            }
            return answer(connection, method, untilClosed);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Sends a stream of unknown length. */
    Response upload(String method, String target, String contentType, InputStream body, Limits limits)
            throws IOException {
        Connection connection = Connection.open(socket, watchdog, limits);
        try {
            connection.write(Connection.ascii(
                    head(method, target) + "Content-Type: " + contentType + "\r\nTransfer-Encoding: chunked\r\n\r\n"));
            byte[] buffer = new byte[256 * 1024];
            int n;
            // a failing read of the body leaves the last chunk unsent, so that the engine sees the cut
            while ((n = body.readNBytes(buffer, 0, buffer.length)) > 0) {
                try {
                    connection.write(Connection.ascii(Integer.toHexString(n) + "\r\n"));
                    connection.write(ByteBuffer.wrap(buffer, 0, n));
                    connection.write(Connection.ascii("\r\n"));
                } catch (IOException e) {
                    return earlyAnswer(connection, e);
                }
            }
            try {
                connection.write(Connection.ascii("0\r\n\r\n"));
            } catch (IOException e) {
                return earlyAnswer(connection, e);
            }
            return answer(connection, "POST", false);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** An engine that refuses does so without reading to the end: what it says is better than "broken pipe". */
    private static Response earlyAnswer(Connection connection, IOException broken) throws IOException {
        try {
            return answer(connection, "POST", false);
        } catch (IOException e) {
            broken.addSuppressed(e);
            throw broken;
        }
    }

    private static String head(String method, String target) {
        return method + " " + target
                + " HTTP/1.1\r\nHost: docker\r\nUser-Agent: belay\r\nAccept: */*\r\nConnection: close\r\n";
    }

    private static Response answer(Connection connection, String method, boolean untilClosed) throws IOException {
        while (true) {
            int status = status(connection.readLine());
            Map<String, String> headers = headers(connection);
            if (status >= 200) {
                return new Response(
                        status, headers, body(connection, method, status, headers, untilClosed), connection);
            }
        }
    }

    private static int status(String line) throws IOException {
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new IOException("the answer is not HTTP: it begins with '" + Connection.printable(line) + "'");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Map<String, String> headers(Connection connection) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = connection.readLine(); !line.isEmpty(); line = connection.readLine()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || headers.size() >= 200) {
                throw new IOException("the answer is not HTTP: a header is '" + Connection.printable(line) + "'");
            }
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return headers;
    }

    private static InputStream body(
            Connection connection, String method, int status, Map<String, String> headers, boolean untilClosed)
            throws IOException {
        if (method.equals("HEAD") || status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if (headers.getOrDefault("Transfer-Encoding", "")
                .toLowerCase(Locale.ROOT)
                .equals("chunked")) {
            return connection.chunked();
        }
        String length = headers.get("Content-Length");
        if (length != null && length.matches("[0-9]{1,18}")) {
            return connection.fixed(Long.parseLong(length));
        }
        if (untilClosed) {
            return connection.untilClosed();
        }
        // a body that ends where the connection ends looks the same when it was cut off: never take it for whole
        throw new IOException("the answer has neither a length nor chunks, so its end cannot be told");
    }

    /** The status, the headers and the body, which is read while it arrives. */
    record Response(int status, Map<String, String> headers, InputStream body, Connection connection)
            implements AutoCloseable {
        byte[] bytes() throws IOException {
            return body.readAllBytes();
        }

        String text() throws IOException {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }
}
