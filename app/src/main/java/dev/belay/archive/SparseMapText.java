package dev.belay.archive;

/**
 * Reads the map of a sparse file as GNU.sparse 1.0 writes it, as text in front of the content: the number of regions, then
 * offset and length of each, one number on a line.
 */
final class SparseMapText {
    /** GNU tar keeps the whole map in its memory, 16 bytes for each region. */
    private static final long MOST_REGIONS = 1 << 22;

    private static final int MOST_DIGITS = 18;

    private final SparseMap map;
    private long announced = -1;
    private long offset = -1;
    private long number;
    private int digits;

    SparseMapText(SparseMap map) {
        this.map = map;
    }

    /** @return whether the map is complete with this block; what is behind its end in the block means nothing */
    boolean complete(byte[] block) throws RefusedArchive {
        for (int i = 0; i < block.length && !complete(); i++) {
            if (block[i] == '\n' && digits > 0) {
                take();
                number = 0;
                digits = 0;
            } else if (block[i] >= '0' && block[i] <= '9' && digits < MOST_DIGITS) {
                number = 10 * number + (block[i] - '0');
                digits++;
            } else {
                throw new RefusedArchive("the map of a sparse file cannot be read");
            }
        }
        return complete();
    }

    private boolean complete() {
        return announced == map.regions() && announced >= 0;
    }

    private void take() throws RefusedArchive {
        if (announced < 0) {
            announced = number;
            if (announced > MOST_REGIONS) {
                throw new RefusedArchive("a sparse file has " + announced + " regions, more than " + MOST_REGIONS);
            }
        } else if (offset < 0) {
            offset = number;
        } else {
            map.add(offset, number);
            offset = -1;
        }
    }
}
