package dev.belay.engine.docker;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The engine's archive of one file, which names it without its directory, turned into one with the full path. */
final class SingleFile {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int PREFIX = 155;

    private SingleFile() {}

    /** @return empty when there is something else at this path, such as a directory */
    static Optional<byte[]> at(String path, InputStream tar) throws IOException {
        byte[] header = block(tar);
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        if (header[156] == 'x') {
            keepAttributes(header, body(header, tar), result);
            header = block(tar);
        }
        if (header[156] != '0' && header[156] != 0) {
            tar.transferTo(OutputStream.nullOutputStream());
            return Optional.empty();
        }
        byte[] body = body(header, tar);
        tar.transferTo(OutputStream.nullOutputStream());
        rename(header, path.startsWith("/") ? path.substring(1) : path);
        result.writeBytes(header);
        result.writeBytes(body);
        result.writeBytes(new byte[2 * BLOCK]);
        return Optional.of(result.toByteArray());
    }

    /** Times and attributes of the file that follows, but not its path: the engine names it without its directory. */
    private static void keepAttributes(byte[] header, byte[] body, ByteArrayOutputStream result) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        int size = (int) size(header);
        for (int at = 0; at < size; ) {
            int blank = at;
            while (blank < size && body[blank] != ' ') {
                blank++;
            }
            String digits = new String(body, at, blank - at, StandardCharsets.US_ASCII);
            int length = digits.matches("[0-9]{1,8}") ? Integer.parseInt(digits) : 0;
            if (length == 0 || length > size - at) {
                throw new IOException("the file's archive has a header that cannot be read");
            }
            if (!new String(body, at, length, StandardCharsets.ISO_8859_1).startsWith("path=", blank + 1 - at)) {
                kept.write(body, at, length);
            }
            at += length;
        }
        if (kept.size() > 0) {
            put(header, 124, String.format(Locale.ROOT, "%011o\0", kept.size()));
            seal(header);
            result.writeBytes(header);
            kept.write(new byte[BLOCK], 0, (BLOCK - kept.size() % BLOCK) % BLOCK);
            result.writeBytes(kept.toByteArray());
        }
    }

    private static void rename(byte[] header, String path) throws IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        Arrays.fill(header, 0, NAME, (byte) 0);
        Arrays.fill(header, 345, 345 + PREFIX, (byte) 0);
        int slash = -1;
        if (name.length > NAME) {
            for (int i = Math.min(PREFIX, name.length - 1); i >= name.length - NAME - 1 && i > 0; i--) {
                if (name[i] == '/') {
                    slash = i;
                    break;
                }
            }
            if (slash < 0) {
                throw new IOException("the path is too long: " + path);
            }
            System.arraycopy(name, 0, header, 345, slash);
        }
        System.arraycopy(name, slash + 1, header, 0, name.length - slash - 1);
        seal(header);
    }

    /** Puts the right checksum into a header. */
    private static void seal(byte[] header) {
        put(header, 148, "        ");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }

    private static long size(byte[] header) throws IOException {
        String size = new String(header, 124, 11, StandardCharsets.US_ASCII);
        if (!size.matches("[0-7]{11}")) {
            throw new IOException("the file is too large to be kept in memory");
        }
        return Long.parseLong(size, 8);
    }

    private static byte[] body(byte[] header, InputStream tar) throws IOException {
        long length = size(header);
        if (length > 64 << 20) {
            throw new IOException("the file is too large to be kept in memory: " + length + " bytes");
        }
        int padded = (int) ((length + BLOCK - 1) / BLOCK * BLOCK);
        byte[] body = tar.readNBytes(padded);
        if (body.length < padded) {
            throw new EOFException("the file's archive was cut off");
        }
        return body;
    }

    private static byte[] block(InputStream tar) throws IOException {
        byte[] block = tar.readNBytes(BLOCK);
        if (block.length < BLOCK) {
            throw new EOFException("the file's archive was cut off");
        }
        return block;
    }
}
