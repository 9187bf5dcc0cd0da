package dev.belay.journal;

import dev.belay.os.Time;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * An append-only file of records, each on a line of its own behind its checksum, each synced before the call returns.
 * A crash can tear the last line only; reading stops at the first line that is not whole. A record that could not be
 * written is taken back, so that it never stands in the way of the next. Safe for use by several threads: their records
 * stand one behind the other, and so do the calls of the watcher.
 */
public final class Journal implements AutoCloseable {
    public static final String FILE = "journal";
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final int CHECKSUM_DIGITS = 8;

    /** Told of each record just before it is written and just after it is on the disk; the seam of the crash tests. */
    public interface Watcher {
        Watcher NONE = new Watcher() {};

        default void before(Entry entry) {}

        default void after(Entry entry) {}
    }

    /** Not a channel: an interrupt would close it, and what is being cleaned up could not be recorded any more. */
    private final RandomAccessFile out;

    private final Time time;
    private final Watcher watcher;
    private final UnaryOperator<String> redact;
    private final List<Entry> entries;
    /** Length of the whole records. */
    private long length;

    private boolean broken;

    private Journal(
            RandomAccessFile out,
            long length,
            Time time,
            Watcher watcher,
            UnaryOperator<String> redact,
            List<Entry> entries) {
        this.out = out;
        this.length = length;
        this.time = time;
        this.watcher = watcher;
        this.redact = redact;
        this.entries = entries;
    }

    /** Opens the journal of a run, making it when there is none; what a crash left of a torn record is cut off. */
    public static Journal open(Path directory, Time time, Watcher watcher) throws IOException {
        return open(directory, time, watcher, UnaryOperator.identity());
    }

    /**
     * @param redact takes secrets out of what is written for people: names of steps and of programs, outcomes. What a
     *     resume goes by (kinds, phases, values) is written as it is
     */
    public static Journal open(Path directory, Time time, Watcher watcher, UnaryOperator<String> redact)
            throws IOException {
        Path file = directory.resolve(FILE);
        List<Entry> entries = read(directory);
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        long whole = 0;
        for (Entry entry : entries) {
            whole += line(entry).length;
        }
        RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
        out.setLength(whole);
        out.seek(whole);
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
        return new Journal(out, whole, time, watcher, redact, new ArrayList<>(entries));
    }

    /** @return the records up to the first that is not whole; none when there is no journal */
    public static List<Entry> read(Path directory) throws IOException {
        return upToTheFirstBroken(lines(directory));
    }

    private static List<Entry> upToTheFirstBroken(List<Optional<Entry>> lines) {
        List<Entry> entries = new ArrayList<>();
        for (Optional<Entry> entry : lines) {
            if (entry.isEmpty() || entry.get().number() != entries.size() + 1) {
                break;
            }
            entries.add(entry.get());
        }
        return entries;
    }

    /**
     * @return every whole record. One that stands behind a record that is not whole is there by no crash, because each is
     *     on the disk before the next is begun: the file was damaged afterwards.
     */
    public static List<Entry> salvage(Path directory) throws IOException {
        return lines(directory).stream().flatMap(Optional::stream).toList();
    }

    /** True when it has lost records in another way than by a crash, so that how far the run came is not known. */
    public static boolean damaged(Path directory) throws IOException {
        List<Optional<Entry>> lines = lines(directory);
        return lines.stream().filter(Optional::isPresent).count()
                > upToTheFirstBroken(lines).size();
    }

    /** Each complete line: the record that it holds, empty when it is not whole. */
    private static List<Optional<Entry>> lines(Path directory) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(directory.resolve(FILE));
        } catch (NoSuchFileException e) {
            return List.of();
        }
        List<Optional<Entry>> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                byte[] line = Arrays.copyOfRange(bytes, start, i + 1);
                Entry entry = parse(new String(bytes, start, i - start, StandardCharsets.UTF_8));
                // A record is only itself when writing it again gives the same bytes.
                lines.add(Optional.ofNullable(entry).filter(e -> Arrays.equals(line(e), line)));
                start = i + 1;
            }
        }
        return lines;
    }

    /** @throws UncheckedIOException when the record is not safely on the disk; the journal is then as before */
    public synchronized void append(Entry.Kind kind, String name, List<String> values) {
        String shown = switch (kind) {
            case INTENT, DONE, CHILD, SET_ASIDE, STANDBY, UNPACKING, END -> redact.apply(name);
            case BEGIN, PHASE, HOLD, RELEASED, TAG_MOVED, TAGS_BACK, AWAITING, RESUME -> name;
        };
        Entry entry = new Entry(entries.size() + 1, time.now().toString(), kind, shown, List.copyOf(values));
        watcher.before(entry);
        byte[] line = line(entry);
        try {
            if (broken) {
                throw new IOException("an earlier record could not be written");
            }
            out.write(line);
            out.getFD().sync();
        } catch (IOException e) {
            takeBack();
            throw new UncheckedIOException("the journal cannot be written", e);
        }
        length += line.length;
        entries.add(entry);
        watcher.after(entry);
    }

    /** What is left of a record that was not written whole would hide every record behind it. */
    private void takeBack() {
        try {
            out.setLength(length);
            out.seek(length);
        } catch (IOException e) {
            broken = true;
        }
    }

    public void append(Entry.Kind kind, String name) {
        append(kind, name, List.of());
    }

    /** Everything recorded so far. */
    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }

    private static byte[] line(Entry entry) {
        String json = MAPPER.writeValueAsString(entry);
        return (checksum(json) + " " + json + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static @org.jspecify.annotations.Nullable Entry parse(String line) {
        if (line.length() < CHECKSUM_DIGITS + 1) {
            return null;
        }
        String json = line.substring(CHECKSUM_DIGITS + 1);
        if (!line.startsWith(checksum(json) + " ")) {
            return null;
        }
        try {
            return MAPPER.readValue(json, Entry.class);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static String checksum(String json) {
        CRC32C crc = new CRC32C();
        crc.update(json.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
