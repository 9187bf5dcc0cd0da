package dev.belay.archive;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes a tar stream, and refuses to write one that {@link ExtractionPolicy} would refuse to unpack. */
public final class CheckedOutput extends FilterOutputStream {
    private final ExtractionPolicy policy = new ExtractionPolicy(Allowance.unlimited());

    public CheckedOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        policy.accept(buffer, offset, length);
        out.write(buffer, offset, length);
    }

    /** To be called once, when the tar stream is complete. @return what it holds */
    public ArchiveContents finish() throws IOException {
        policy.finish();
        return policy.contents();
    }

    @Override
    public void close() throws IOException {
        policy.close();
        super.close();
    }
}
