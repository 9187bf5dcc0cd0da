package dev.belay.archive;

import java.util.List;

/**
 * What an archive of a data set holds, counted from the stream that was written into it.
 *
 * @param entries of all kinds, the root included
 * @param logicalBytes of all files, holes included
 * @param streamBytes of the tar stream before it was compressed
 * @param devices device nodes; no others may come out of the archive
 */
public record ArchiveContents(long entries, long logicalBytes, long streamBytes, List<Device> devices) {

    /**
     * @param path relative to the data set, as {@link EntryName#text} shows it
     * @param kind {@code character} or {@code block}
     */
    public record Device(String path, String kind, long major, long minor) {}
}
