package dev.belay.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;

/** A tar stream of which nothing is handed out before the policy has accepted it. */
final class CheckedInput extends FilterInputStream {
    private final ExtractionPolicy policy;
    private boolean ended;

    /** @param tar the plain stream */
    CheckedInput(InputStream tar, ExtractionPolicy policy) {
        super(tar);
        this.policy = policy;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int n = read(one, 0, 1);
        return n < 0 ? n : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int n;
        try {
            n = in.read(buffer, offset, length);
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new RefusedArchive("it cannot be read: " + e.getMessage(), e);
        }
        if (n > 0) {
            policy.accept(buffer, offset, n);
        } else if (n < 0 && !ended) {
            ended = true;
            policy.finish();
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        return readNBytes((int) Math.min(n, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
