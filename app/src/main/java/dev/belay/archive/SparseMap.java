package dev.belay.archive;

/** Where the content of a file with holes stands: its regions in order, and how many blocks of the archive they take. */
final class SparseMap {
    private final long realSize;
    private long end;
    private long bytes;
    private long blocks;
    private long regions;

    /** @param realSize of the file, holes included */
    SparseMap(long realSize) {
        this.realSize = realSize;
    }

    void add(long offset, long length) throws RefusedArchive {
        if (offset < end || offset > realSize || length > realSize - offset) {
            throw new RefusedArchive("a region of a sparse file is out of order or behind its end");
        }
        end = offset + length;
        bytes += length;
        // Each region begins at a block of its own.
        blocks += TarParser.blocks(length);
        regions++;
    }

    long realSize() {
        return realSize;
    }

    /** Of content, in all regions together. */
    long bytes() {
        return bytes;
    }

    long blocks() {
        return blocks;
    }

    long regions() {
        return regions;
    }
}
