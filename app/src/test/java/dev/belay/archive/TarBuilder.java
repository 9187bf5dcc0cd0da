package dev.belay.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Makes tar archives block by block, right ones and wrong ones. */
public final class TarBuilder {
    public static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A header whose every field can still be changed; the checksum comes with {@link TarBuilder#add(Header)}. */
    public static final class Header {
        public final byte[] bytes = new byte[BLOCK];

        Header(String path, char type, long size) {
            put(0, 100, path);
            octal(100, 8, 0644);
            octal(108, 8, 0);
            octal(116, 8, 0);
            octal(124, 12, size);
            octal(136, 12, 1_700_000_000);
            bytes[156] = (byte) type;
            posix();
            octal(329, 8, 0);
            octal(337, 8, 0);
        }

        public Header link(String target) {
            return put(157, 100, target);
        }

        public Header posix() {
            return put(257, 8, "ustar\00000");
        }

        public Header gnu() {
            return put(257, 8, "ustar  \0");
        }

        public Header device(int major, int minor) {
            return octal(329, 8, major).octal(337, 8, minor);
        }

        public Header put(int offset, int length, String text) {
            byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
            Arrays.fill(bytes, offset, offset + length, (byte) 0);
            System.arraycopy(all, 0, bytes, offset, Math.min(length, all.length));
            return this;
        }

        public Header octal(int offset, int length, long value) {
            return put(offset, length, String.format(Locale.ROOT, "%0" + (length - 1) + "o", value));
        }

        byte[] sealed() {
            Arrays.fill(bytes, 148, 156, (byte) ' ');
            int sum = 0;
            for (byte b : bytes) {
                sum += b & 0xff;
            }
            put(148, 8, String.format(Locale.ROOT, "%06o\0 ", sum));
            return bytes;
        }
    }

    public static Header header(String path, char type, long size) {
        return new Header(path, type, size);
    }

    public TarBuilder add(Header header) {
        return raw(header.sealed());
    }

    public TarBuilder raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Fills up to a whole block. */
    public TarBuilder content(byte[] content) {
        raw(content);
        return raw(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    public TarBuilder file(String path, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        return add(header(path, '0', bytes.length)).content(bytes);
    }

    public TarBuilder directory(String path) {
        return add(header(path, '5', 0));
    }

    public TarBuilder symlink(String path, String target) {
        return add(header(path, '2', 0).link(target));
    }

    public TarBuilder hardLink(String path, String target) {
        return add(header(path, '1', 0).link(target));
    }

    /** @param records such as {@code path=x}; bytes as ISO 8859-1 */
    public TarBuilder pax(char type, String... records) {
        StringBuilder body = new StringBuilder();
        for (String record : records) {
            int length = record.length() + 3;
            while (Integer.toString(length).length() + record.length() + 2 != length) {
                length++;
            }
            body.append(length).append(' ').append(record).append('\n');
        }
        byte[] bytes = body.toString().getBytes(StandardCharsets.ISO_8859_1);
        return add(header("./PaxHeaders/x", type, bytes.length)).content(bytes);
    }

    /** @param type {@code L} for the path of the next member, {@code K} for its link */
    public TarBuilder gnuLong(char type, String name) {
        byte[] bytes = (name + "\0").getBytes(StandardCharsets.ISO_8859_1);
        return add(header("././@LongLink", type, bytes.length).gnu()).content(bytes);
    }

    public byte[] end() {
        raw(new byte[2 * BLOCK]);
        return bytes();
    }

    /** Without an end. */
    public byte[] bytes() {
        return out.toByteArray();
    }
}
