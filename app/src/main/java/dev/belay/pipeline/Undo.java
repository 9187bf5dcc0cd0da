package dev.belay.pipeline;

import dev.belay.rollback.RollbackOptions;
import dev.belay.store.Catalogue;
import dev.belay.store.RestorePoint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** To which restore point and how far: what the journal keeps, so that a rollback that was cut off can go on. */
record Undo(RestorePoint point, RollbackOptions options) {
    private static final String KEEP_DATA = "keep-data";
    private static final String RESTORE_DATA = "restore-data";

    List<String> values() {
        List<String> values = new ArrayList<>();
        values.add(point.directory().toString());
        values.add(options.keepData() ? KEEP_DATA : RESTORE_DATA);
        values.addAll(options.services());
        return values;
    }

    static Undo of(Catalogue catalogue, List<String> values) {
        Set<String> services = new LinkedHashSet<>(values.subList(2, values.size()));
        return new Undo(
                catalogue.find(values.get(0)),
                new RollbackOptions(services, values.get(1).equals(KEEP_DATA)));
    }
}
