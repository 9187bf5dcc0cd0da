package dev.belay.backup;

import dev.belay.archive.ArchiveContents;
import dev.belay.archive.CheckedOutput;
import dev.belay.archive.Codec;
import dev.belay.archive.RefusedArchive;
import dev.belay.archive.Tree;
import dev.belay.config.Configuration.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** The durable form of a data set: a compressed tar archive, which holds nothing that a rollback would refuse. */
public final class DataArchive {
    private final Tree tree;
    private final Compression compression;

    public DataArchive(Tree tree, Compression compression) {
        this.tree = tree;
        this.compression = compression;
    }

    /** What tar said about the tree, and what is in the archive. */
    public record Written(Tree.Packed packed, ArchiveContents contents) {}

    /** Its file name in a restore point. */
    String name(String dataSet) {
        return dataSet + "-data" + Codec.extension(compression);
    }

    /**
     * @param root of the tree, or the one file
     * @param out takes the archive; stays open
     * @throws IOException when not all of it could be read, or a rollback would refuse to unpack it
     */
    public Written write(String dataSet, Path root, boolean singleFile, OutputStream out)
            throws IOException, InterruptedException {
        try (CheckedOutput checked = new CheckedOutput(Codec.compress(compression, new Unclosed(out)))) {
            Tree.Packed packed = tree.pack(root, singleFile, checked);
            return new Written(packed, checked.finish());
        } catch (RefusedArchive e) {
            throw new IOException(
                    "data set " + dataSet + " (" + root + ") could not be put back: " + e.getMessage(), e);
        }
    }
}
