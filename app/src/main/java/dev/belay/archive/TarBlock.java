package dev.belay.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A header block of a tar archive. Fields are read as GNU tar reads them; where it would guess, or where another reader
 * could see something else, the block is refused.
 */
final class TarBlock {
    static final int SIZE = 512;

    private static final int NAME = 0;
    private static final int NAME_LENGTH = 100;
    private static final int SIZE_FIELD = 124;
    private static final int CHECKSUM = 148;
    private static final int TYPE = 156;
    private static final int LINK = 157;
    private static final int MAGIC = 257;
    private static final int MAJOR = 329;
    private static final int MINOR = 337;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;
    private static final byte[] POSIX = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OLD_GNU = "ustar  \0".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;

    /** @param bytes one block, which must not change while this object is used */
    TarBlock(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean empty() {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    boolean posix() {
        return Arrays.equals(bytes, MAGIC, MAGIC + POSIX.length, POSIX, 0, POSIX.length);
    }

    boolean oldGnu() {
        return Arrays.equals(bytes, MAGIC, MAGIC + OLD_GNU.length, OLD_GNU, 0, OLD_GNU.length);
    }

    void requireHeader() throws RefusedArchive {
        long sum = 0;
        for (int i = 0; i < SIZE; i++) {
            sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : bytes[i] & 0xff;
        }
        if (sum != number(CHECKSUM, 8)) {
            throw new RefusedArchive("a header's checksum is wrong");
        }
        if (!posix() && !oldGnu()) {
            throw new RefusedArchive("a header is neither of the POSIX nor of the GNU format");
        }
    }

    char type() {
        return (char) (bytes[TYPE] & 0xff);
    }

    long size() throws RefusedArchive {
        return number(SIZE_FIELD, 12);
    }

    long major() throws RefusedArchive {
        return number(MAJOR, 8);
    }

    long minor() throws RefusedArchive {
        return number(MINOR, 8);
    }

    byte[] path() throws RefusedArchive {
        byte[] name = text(NAME, NAME_LENGTH);
        byte[] prefix = posix() ? text(PREFIX, PREFIX_LENGTH) : new byte[0];
        if (prefix.length == 0) {
            return name;
        }
        byte[] path = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        path[prefix.length] = '/';
        System.arraycopy(name, 0, path, prefix.length + 1, name.length);
        return path;
    }

    byte[] link() throws RefusedArchive {
        return text(LINK, NAME_LENGTH);
    }

    boolean flag(int offset) {
        return bytes[offset] != 0;
    }

    /** @return null when the field is not set */
    @Nullable
    Long numberIfSet(int offset, int length) throws RefusedArchive {
        return bytes[offset] == 0 ? null : number(offset, length);
    }

    /** Octal digits between blanks and NULs, or base 256 when the first bit is set; never negative. */
    long number(int offset, int length) throws RefusedArchive {
        if ((bytes[offset] & 0x80) != 0) {
            return base256(offset, length);
        }
        int at = offset;
        int end = offset + length;
        while (at < end && bytes[at] == ' ') {
            at++;
        }
        int digits = 0;
        long value = 0;
        for (; at < end && bytes[at] >= '0' && bytes[at] <= '7'; at++, digits++) {
            value = value << 3 | (bytes[at] - '0');
        }
        for (; at < end; at++) {
            if (bytes[at] != ' ' && bytes[at] != 0) {
                throw new RefusedArchive("a header has a number that is none");
            }
        }
        if (digits == 0) {
            throw new RefusedArchive("a header has a number without a digit");
        }
        return value;
    }

    private long base256(int offset, int length) throws RefusedArchive {
        if (bytes[offset] != (byte) 0x80) {
            throw new RefusedArchive("a header has a number that is negative or too large");
        }
        long value = 0;
        for (int i = offset + 1; i < offset + length; i++) {
            if (value >> 55 != 0) {
                throw new RefusedArchive("a header has a number that is too large");
            }
            value = value << 8 | (bytes[i] & 0xff);
        }
        return value;
    }

    /** Up to the first NUL; something behind that would be seen by some readers only. */
    private byte[] text(int offset, int length) throws RefusedArchive {
        int end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        for (int i = end; i < offset + length; i++) {
            if (bytes[i] != 0) {
                throw new RefusedArchive("a header has something behind the end of a name");
            }
        }
        return Arrays.copyOfRange(bytes, offset, end);
    }
}
