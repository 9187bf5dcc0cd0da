package dev.belay.engine.docker;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Passes an image archive on and looks at it on the way: the engine answers 200 before it begins, so an archive that
 * broke off arrives like a whole one, sometimes with the error as text in its middle.
 */
final class TarCheck extends FilterOutputStream {
    private static final int BLOCK = 512;
    private static final int TAIL = 4096;

    private final byte[] block = new byte[BLOCK];
    private int filled;
    private long bodyLeft;
    private int zeroBlocks;
    private boolean broken;
    private boolean index;
    /** A pax header's records, while they pass. */
    private StringBuilder pax = new StringBuilder();

    private boolean inPax;
    private long paxSize = -1;
    private final byte[] tail = new byte[TAIL];
    private long total;

    TarCheck(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        remember(bytes, offset, length);
        int i = offset;
        int end = offset + length;
        while (i < end) {
            if (filled == 0 && bodyLeft >= BLOCK && !inPax) {
                // whole blocks of content need no look
                long skip = Math.min(bodyLeft, end - i) / BLOCK * BLOCK;
                if (skip > 0) {
                    bodyLeft -= skip;
                    i += (int) skip;
                    continue;
                }
            }
            int n = Math.min(BLOCK - filled, end - i);
            System.arraycopy(bytes, i, block, filled, n);
            filled += n;
            i += n;
            if (filled == BLOCK) {
                filled = 0;
                look();
            }
        }
    }

    /** @throws IOException when what has passed is not a whole image archive */
    void finish() throws IOException {
        flush();
        if (broken || zeroBlocks < 2) {
            String said = engineError();
            throw new IOException("the image archive is truncated after " + total + " bytes"
                    + (said.isEmpty() ? "" : ": the engine said " + said));
        }
        if (!index) {
            throw new IOException("the image archive has neither manifest.json nor index.json");
        }
    }

    private void look() {
        if (broken || zeroBlocks >= 2) {
            return;
        }
        if (bodyLeft > 0) {
            if (inPax) {
                pax.append(new String(block, 0, (int) Math.min(BLOCK, bodyLeft), StandardCharsets.UTF_8));
            }
            bodyLeft = Math.max(0, bodyLeft - BLOCK);
            if (bodyLeft == 0 && inPax) {
                inPax = false;
                paxSize = paxSize(pax.toString());
            }
            return;
        }
        if (allZero()) {
            zeroBlocks++;
            return;
        }
        zeroBlocks = 0;
        if (!checksumRight()) {
            broken = true;
            return;
        }
        header();
    }

    private void header() {
        char type = (char) block[156];
        long size = number(124, 12);
        if (type == 'x' || type == 'g') {
            inPax = type == 'x' && size < 1 << 20;
            pax = new StringBuilder();
            bodyLeft = size;
            return;
        }
        bodyLeft = paxSize >= 0 ? paxSize : size;
        paxSize = -1;
        String name = text(0, 100);
        if (name.equals("manifest.json") || name.equals("index.json")) {
            index = true;
        }
        boolean hasBody = type == '0' || type == 0 || type == '7' || type == 'L' || type == 'K';
        if (!hasBody) {
            bodyLeft = 0;
        }
    }

    private boolean allZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean checksumRight() {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
        }
        return sum == number(148, 8);
    }

    /** Octal digits, or base 256 when the first bit is set. */
    private long number(int offset, int length) {
        if ((block[offset] & 0x80) != 0) {
            long value = block[offset] & 0x7f;
            for (int i = offset + 1; i < offset + length; i++) {
                value = value << 8 | (block[i] & 0xff);
            }
            return value;
        }
        long value = 0;
        for (int i = offset; i < offset + length; i++) {
            if (block[i] >= '0' && block[i] <= '7') {
                value = value * 8 + (block[i] - '0');
            }
        }
        return value;
    }

    private String text(int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return new String(block, offset, end - offset, StandardCharsets.UTF_8);
    }

    /** Sizes above 8 GiB stand in a record such as {@code 19 size=12345678901}. */
    private static long paxSize(String records) {
        for (String line : records.split("\n", -1)) {
            int space = line.indexOf(' ');
            if (line.startsWith("size=", space + 1)) {
                String digits = line.substring(space + 1 + "size=".length());
                return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : -1;
            }
        }
        return -1;
    }

    private void remember(byte[] bytes, int offset, int length) {
        int n = Math.min(length, TAIL);
        for (int i = 0; i < n; i++) {
            tail[(int) ((total + length - n + i) % TAIL)] = bytes[offset + length - n + i];
        }
        total += length;
    }

    private String engineError() {
        byte[] last = new byte[(int) Math.min(TAIL, total)];
        for (int i = 0; i < last.length; i++) {
            last[i] = tail[(int) ((total - last.length + i) % TAIL)];
        }
        String text = new String(last, StandardCharsets.UTF_8);
        int at = text.lastIndexOf("{\"errorDetail\"");
        return at < 0 ? "" : Connection.printable(text.substring(at).replaceAll(".*\"error\":\"([^\"]*)\".*", "$1"));
    }
}
