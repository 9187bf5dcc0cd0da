package dev.belay.verify;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Keeps the beginning of what a program says and throws the rest away, so that the program never waits for a reader. */
final class ProgramOutput {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final Thread thread;

    ProgramOutput(InputStream in) {
        thread = new Thread(() -> read(in), "belay-output");
        thread.setDaemon(true);
        thread.start();
    }

    private void read(InputStream from) {
        try (InputStream in = from) {
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                keep(buffer, read);
            }
        } catch (IOException e) {
            // it was ended: what was read so far is all there is
            return;
        }
    }

    private synchronized void keep(byte[] bytes, int count) {
        kept.write(bytes, 0, Math.min(count, Wire.MOST_READ - kept.size()));
    }

    /** What a program leaves running may hold its output for as long as it likes. */
    void await(Duration longest) throws InterruptedException {
        thread.join(longest.toMillis());
    }

    synchronized String text() {
        return kept.toString(StandardCharsets.UTF_8);
    }
}
