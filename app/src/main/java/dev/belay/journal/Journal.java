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
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * An append-only file of records, each on a line of its own behind its checksum, each synced before the call returns.
 * A crash can tear the last line only; reading stops at the first line that is not whole.
 */
public final class Journal implements AutoCloseable {
    public static final String FILE = "journal";
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final int CHECKSUM_DIGITS = 8;

    /** Not a channel: an interrupt would close it, and what is being cleaned up could not be recorded any more. */
    private final RandomAccessFile out;

    private final Time time;
    private final List<Entry> entries;

    private Journal(RandomAccessFile out, Time time, List<Entry> entries) {
        this.out = out;
        this.time = time;
        this.entries = entries;
    }

    /** Opens the journal of a run, making it when there is none; what a crash left of a torn record is cut off. */
    public static Journal open(Path directory, Time time) throws IOException {
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
        return new Journal(out, time, new ArrayList<>(entries));
    }

    /** @return the records up to the first that is not whole; none when there is no journal */
    public static List<Entry> read(Path directory) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(directory.resolve(FILE));
        } catch (NoSuchFileException e) {
            return List.of();
        }
        List<Entry> entries = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                Entry entry = parse(new String(bytes, start, i - start, StandardCharsets.UTF_8));
                // A record is only itself when writing it again gives the same bytes.
                if (entry == null
                        || entry.number() != entries.size() + 1
                        || !java.util.Arrays.equals(line(entry), java.util.Arrays.copyOfRange(bytes, start, i + 1))) {
                    return entries;
                }
                entries.add(entry);
                start = i + 1;
            }
        }
        return entries;
    }

    public void append(Entry.Kind kind, String name, List<String> values) {
        Entry entry = new Entry(entries.size() + 1, time.now().toString(), kind, name, List.copyOf(values));
        try {
            out.write(line(entry));
            out.getFD().sync();
            entries.add(entry);
        } catch (IOException e) {
            throw new UncheckedIOException("the journal cannot be written", e);
        }
    }

    public void append(Entry.Kind kind, String name) {
        append(kind, name, List.of());
    }

    /** Everything recorded so far. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    @Override
    public void close() throws IOException {
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
