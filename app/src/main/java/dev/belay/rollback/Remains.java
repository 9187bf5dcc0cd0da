package dev.belay.rollback;

import dev.belay.engine.Engine;
import dev.belay.journal.Entry;
import dev.belay.store.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a rollback that was cut off in the middle of a step may have left behind, by its journal. */
public final class Remains {
    private Remains() {}

    /** Tags that were moved for a moment point again where they did. */
    public static void putTagsBack(Engine engine, List<Entry> journal) {
        Map<String, List<String>> moved = new LinkedHashMap<>();
        for (Entry entry : journal) {
            switch (entry.kind()) {
                case TAG_MOVED -> moved.putIfAbsent(entry.name(), entry.values());
                case TAGS_BACK -> moved.clear();
                default -> {}
            }
        }
        moved.forEach((tag, before) -> {
            if (before.isEmpty()) {
                engine.untag(tag);
            } else if (engine.image(before.get(0)).isPresent()) {
                engine.tag(before.get(0), tag);
            }
        });
    }

    /** What was unpacked by half only takes the room that the whole will need. */
    public static void removeHalfUnpacked(List<Entry> journal) throws IOException {
        for (Entry entry : journal) {
            if (entry.kind() == Entry.Kind.UNPACKING) {
                AtomicFiles.deleteTree(Path.of(entry.values().get(0)));
            }
        }
    }
}
