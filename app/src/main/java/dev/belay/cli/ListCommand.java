package dev.belay.cli;

import dev.belay.os.Bytes;
import dev.belay.standby.Standbys;
import dev.belay.store.Catalogue;
import dev.belay.store.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code belay list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "The restore points, oldest first.",
        footer = {"", "Example:", "  belay list --json"})
final class ListCommand implements Callable<Integer> {
    private static final String ROW = "%-24s %-22s %-10s %10s  %s";

    @ParentCommand
    BelayCommand belay;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "list", (session, console) -> {
            List<Catalogue.Entry> entries = session.catalogue().entries();
            if (belay.global.json) {
                belay.app.json(document(session.project(), entries));
                return ExitCodes.OK;
            }
            if (entries.isEmpty()) {
                console.result("no restore point in " + session.catalogue().base());
                return ExitCodes.OK;
            }
            console.result(String.format(Locale.ROOT, ROW, "RESTORE POINT", "CREATED", "STATE", "SIZE", "IMAGES"));
            for (Catalogue.Entry entry : entries) {
                console.result(row(entry));
            }
            return ExitCodes.OK;
        });
    }

    private static String row(Catalogue.Entry entry) {
        if (entry.point() == null) {
            return String.format(Locale.ROOT, ROW, entry.id(), "", "damaged", "", entry.damage());
        }
        Manifest manifest = entry.point().manifest();
        List<String> images = manifest.containers().stream()
                .map(Manifest.ContainerEntry::imageReference)
                .distinct()
                .toList();
        return String.format(
                Locale.ROOT,
                ROW,
                entry.id(),
                manifest.createdAt().replaceAll("\\.\\d+Z$", "Z"),
                Standbys.spent(entry.point()) ? "no data" : manifest.verified() ? "verified" : "unverified",
                Bytes.text(size(manifest)),
                String.join(" ", images));
    }

    private static long size(Manifest manifest) {
        return manifest.contents().stream().mapToLong(Manifest.StoredFile::size).sum();
    }

    private static Map<String, Object> document(String project, List<Catalogue.Entry> entries) {
        List<Map<String, Object>> points = new ArrayList<>();
        for (Catalogue.Entry entry : entries) {
            Map<String, Object> point = new LinkedHashMap<>();
            point.put("id", entry.id());
            point.put("path", entry.directory().toString());
            point.put("damaged", entry.point() == null);
            if (entry.point() == null) {
                point.put("damage", entry.damage());
            } else {
                point.put("createdAt", entry.point().manifest().createdAt());
                point.put("holdsData", !Standbys.spent(entry.point()));
                point.put("verified", entry.point().manifest().verified());
                point.put("bytes", size(entry.point().manifest()));
            }
            points.add(point);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("outcome", "listed");
        document.put("exitCode", ExitCodes.OK);
        document.put("project", project);
        document.put("restorePoint", null);
        document.put("restorePoints", points);
        document.put("steps", List.of());
        document.put("checks", List.of());
        return document;
    }
}
