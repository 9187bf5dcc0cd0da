package dev.belay.archive;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Follows a plain tar stream that is pushed through it and tells each member as its header passes. It understands what GNU
 * tar understands, in the same way, and refuses the rest: what two readers could understand differently is no archive
 * of Belay's. The memory that it needs does not grow with the archive.
 */
final class TarParser {
    /** Of a pax header, or of a long name; GNU tar keeps it in its memory. */
    static final int LARGEST_HEADER = 1 << 20;

    private static final int OLD_SPARSE = 386;
    private static final int OLD_SPARSE_EXTENDED = 482;
    private static final int OLD_SPARSE_REAL_SIZE = 483;
    private static final int EXTENSION_EXTENDED = 504;
    private static final int REGION = 24;

    /** Told of each member, before its content has passed. */
    @FunctionalInterface
    interface Visitor {
        void member(TarMember member) throws RefusedArchive;
    }

    private enum State {
        HEADER,
        PAX,
        GLOBAL_PAX,
        LONG_NAME,
        LONG_LINK,
        SPARSE_EXTENSION,
        SPARSE_TEXT,
        END
    }

    private final Visitor visitor;
    private final byte[] block = new byte[TarBlock.SIZE];
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private int filled;
    private State state = State.HEADER;
    private long blocksToSkip;
    private long toCollect;
    private int emptyBlocks;

    private @Nullable PaxRecords pax;
    private byte @Nullable [] longName;
    private byte @Nullable [] longLink;
    /** The sparse file whose map is still passing, with the size of its content in the archive. */
    private SparseMap map = new SparseMap(0);

    private SparseMapText mapText = new SparseMapText(map);
    private long mapBlocks;
    private long stored;

    TarParser(Visitor visitor) {
        this.visitor = visitor;
    }

    static long blocks(long bytes) {
        return bytes / TarBlock.SIZE + (bytes % TarBlock.SIZE == 0 ? 0 : 1);
    }

    void accept(byte[] bytes, int offset, int length) throws RefusedArchive {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (filled == 0 && blocksToSkip > 0 && end - at >= TarBlock.SIZE) {
                long whole = Math.min(blocksToSkip, (end - at) / TarBlock.SIZE);
                blocksToSkip -= whole;
                at += (int) (whole * TarBlock.SIZE);
                continue;
            }
            int n = Math.min(TarBlock.SIZE - filled, end - at);
            System.arraycopy(bytes, at, block, filled, n);
            filled += n;
            at += n;
            if (filled == TarBlock.SIZE) {
                filled = 0;
                if (blocksToSkip > 0) {
                    blocksToSkip--;
                } else {
                    block();
                }
            }
        }
    }

    /** To be called at the end of the stream. */
    void finish() throws RefusedArchive {
        if (state != State.END || emptyBlocks < 2 || filled != 0) {
            throw new RefusedArchive("it is cut off");
        }
    }

    private void block() throws RefusedArchive {
        switch (state) {
            case HEADER -> header(new TarBlock(block));
            case PAX, GLOBAL_PAX, LONG_NAME, LONG_LINK -> collect();
            case SPARSE_EXTENSION -> oldSparse(new TarBlock(block), 0, 21, EXTENSION_EXTENDED);
            case SPARSE_TEXT -> sparseText();
            case END -> {
                if (!new TarBlock(block).empty()) {
                    throw new RefusedArchive("something follows its end");
                }
                emptyBlocks++;
            }
        }
    }

    private void header(TarBlock header) throws RefusedArchive {
        if (header.empty()) {
            if (pax != null || longName != null || longLink != null) {
                throw new RefusedArchive("a header for the next entry is the last one");
            }
            state = State.END;
            emptyBlocks = 1;
            return;
        }
        header.requireHeader();
        switch (header.type()) {
            case 'x' -> begin(State.PAX, header, pax == null && longName == null && longLink == null);
            case 'g' -> begin(State.GLOBAL_PAX, header, pax == null && longName == null && longLink == null);
            case 'L' -> begin(State.LONG_NAME, header, pax == null && longName == null);
            case 'K' -> begin(State.LONG_LINK, header, pax == null && longLink == null);
            default -> member(header);
        }
    }

    private void begin(State next, TarBlock header, boolean allowed) throws RefusedArchive {
        if (!allowed) {
            throw new RefusedArchive("two headers for the next entry contradict each other");
        }
        toCollect = header.size();
        if (toCollect > LARGEST_HEADER || toCollect == 0) {
            throw new RefusedArchive(
                    "a header of " + toCollect + " bytes; 1 to " + LARGEST_HEADER + " bytes are accepted");
        }
        state = next;
    }

    private void collect() throws RefusedArchive {
        int n = (int) Math.min(toCollect, TarBlock.SIZE);
        collected.write(block, 0, n);
        toCollect -= n;
        if (toCollect > 0) {
            return;
        }
        byte[] body = collected.toByteArray();
        collected.reset();
        switch (state) {
            case PAX -> pax = PaxRecords.parse(body, false);
            case GLOBAL_PAX -> PaxRecords.parse(body, true);
            case LONG_NAME -> longName = terminated(body);
            default -> longLink = terminated(body);
        }
        state = State.HEADER;
    }

    /** A name that does not end within its size goes on in the padding behind it, for GNU tar. */
    private static byte[] terminated(byte[] body) throws RefusedArchive {
        int end = 0;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        if (end == body.length) {
            throw new RefusedArchive("a name has no end: " + EntryName.quoted(body));
        }
        for (int i = end; i < body.length; i++) {
            if (body[i] != 0) {
                throw new RefusedArchive("a name has a NUL in it: " + EntryName.quoted(body));
            }
        }
        return Arrays.copyOf(body, end);
    }

    private void member(TarBlock header) throws RefusedArchive {
        PaxRecords records = pax;
        if (records != null ? !header.posix() : (longName != null || longLink != null) && !header.oldGnu()) {
            throw new RefusedArchive("a header is of another format than the one in front of it");
        }
        byte[] path = records == null || records.path() == null ? header.path() : records.path();
        byte[] link = records == null || records.link() == null ? header.link() : records.link();
        path = longName == null ? path : longName;
        link = longLink == null ? link : longLink;
        Long paxSize = records == null ? null : records.size();
        stored = paxSize == null ? header.size() : paxSize;
        pax = null;
        longName = null;
        longLink = null;

        TarMember.Type type = type(header, path);
        boolean isLink = type == TarMember.Type.HARD_LINK || type == TarMember.Type.SYMBOLIC_LINK;
        boolean oldSparse = header.type() == 'S';
        boolean paxSparse = records != null && records.sparse();
        if (type != TarMember.Type.FILE && (stored != 0 || paxSparse)) {
            throw new RefusedArchive(EntryName.quoted(path) + " is no file and has content");
        }
        if (isLink == (link.length == 0)) {
            throw new RefusedArchive(EntryName.quoted(path)
                    + (isLink ? " is a link to nothing" : " is no link and points at something"));
        }
        if (oldSparse) {
            map = new SparseMap(header.number(OLD_SPARSE_REAL_SIZE, 12));
        } else if (paxSparse && records != null) {
            map = records.sparseMap();
        }
        visitor.member(new TarMember(
                type,
                path,
                link,
                oldSparse || paxSparse ? map.realSize() : stored,
                type.device() ? header.major() : 0,
                type.device() ? header.minor() : 0));
        if (oldSparse) {
            oldSparse(header, OLD_SPARSE, 4, OLD_SPARSE_EXTENDED);
        } else if (paxSparse && records != null && records.sparseMapInContent()) {
            mapText = new SparseMapText(map);
            mapBlocks = 0;
            state = State.SPARSE_TEXT;
        } else if (paxSparse) {
            sparseContent(0);
        } else {
            blocksToSkip = blocks(stored);
        }
    }

    private static TarMember.Type type(TarBlock header, byte[] path) throws RefusedArchive {
        return switch (header.type()) {
            case '0', '\0' -> TarMember.Type.FILE;
            case '1' -> TarMember.Type.HARD_LINK;
            case '2' -> TarMember.Type.SYMBOLIC_LINK;
            case '3' -> TarMember.Type.CHARACTER_DEVICE;
            case '4' -> TarMember.Type.BLOCK_DEVICE;
            case '5' -> TarMember.Type.DIRECTORY;
            case '6' -> TarMember.Type.FIFO;
            case 'S' -> {
                if (!header.oldGnu()) {
                    throw new RefusedArchive(EntryName.quoted(path) + " is a sparse file of an unknown kind");
                }
                yield TarMember.Type.FILE;
            }
            default ->
                throw new RefusedArchive(EntryName.quoted(path) + " is of an unknown type: "
                        + EntryName.quoted(new byte[] {(byte) header.type()}));
        };
    }

    private void oldSparse(TarBlock from, int offset, int most, int extendedAt) throws RefusedArchive {
        boolean last = false;
        for (int i = 0; i < most && !last; i++) {
            int at = offset + i * REGION;
            Long length = from.numberIfSet(at + 12, 12);
            if (length == null) {
                last = true;
            } else {
                map.add(from.number(at, 12), length);
            }
        }
        if (!from.flag(extendedAt)) {
            state = State.HEADER;
            sparseContent(0);
        } else if (last) {
            throw new RefusedArchive("the map of a sparse file goes on behind its end");
        } else {
            state = State.SPARSE_EXTENSION;
        }
    }

    private void sparseText() throws RefusedArchive {
        mapBlocks++;
        if (mapText.complete(block)) {
            state = State.HEADER;
            sparseContent(mapBlocks);
        }
    }

    private void sparseContent(long mapBlocks) throws RefusedArchive {
        if (map.bytes() != stored - mapBlocks * TarBlock.SIZE) {
            throw new RefusedArchive("a sparse file's regions are more or less than its content");
        }
        blocksToSkip = map.blocks();
    }
}
