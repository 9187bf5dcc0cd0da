package dev.belay.backup;

import dev.belay.os.Bytes;
import dev.belay.os.ShellWords;
import dev.belay.standby.Standbys;
import dev.belay.store.Manifest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The manifest for people: what is in here, and how to put it back by hand when Belay itself is gone. */
final class ManifestText {
    private ManifestText() {}

    static String of(Manifest m) {
        StringBuilder text = new StringBuilder();
        line(text, "Restore point", m.id());
        line(text, "Timestamp", m.createdAt());
        line(text, "Data as of", m.dataAt() + " (writers held for " + m.heldSeconds() + " s)");
        line(text, "Project", m.project());
        line(text, "Location", m.projectDirectory());
        line(text, "Host", m.versions().host() + " (" + m.versions().os() + ")");
        line(
                text,
                "Versions",
                "Belay " + m.versions().belay() + ", engine " + m.versions().engine() + " (API "
                        + m.versions().api() + "), Compose "
                        + (m.versions().compose() == null
                                ? "not found"
                                : m.versions().compose()));
        line(
                text,
                "Health then",
                m.health().state().toLowerCase(java.util.Locale.ROOT)
                        + (m.verified() ? ": this restore point is verified" : ": this restore point is NOT verified"));
        for (Manifest.HealthCheck check : m.health().checks()) {
            text.append("  ")
                    .append(check.state())
                    .append("  ")
                    .append(check.name())
                    .append(": ")
                    .append(check.reason())
                    .append('\n');
        }
        section(text, "Containers");
        m.containers()
                .forEach(
                        c -> item(text, c.name() + "  " + c.status() + "  " + c.imageReference() + "  " + c.imageId()));
        section(text, "Images");
        m.images()
                .forEach(i -> item(
                        text,
                        m.archiveOf(i) + "  " + i.id() + "  " + Bytes.text(i.size()) + "  "
                                + (i.tags().isEmpty() ? "(no tag)" : String.join(" ", i.tags()))));
        section(text, "Data");
        m.dataSets()
                .forEach(d -> item(
                        text,
                        d.archive() + "  " + d.kind() + " " + d.hostPath() + "  " + Bytes.text(d.bytes()) + ", "
                                + (d.archived() == null
                                        ? d.entries()
                                        : d.archived().entries()) + " entries, " + d.consistency() + ", written by "
                                + String.join(", ", d.writers()) + standby(d.standby())));
        section(text, "Left out");
        m.leftOut().forEach(l -> item(text, l.what() + ": " + l.reason()));
        section(text, "Compose and env files (" + origin(m) + ")");
        m.files().forEach(f -> item(text, f.path() + "  " + f.kind() + "  as " + f.stored()));
        if (!m.warnings().isEmpty()) {
            section(text, "Warnings");
            m.warnings().forEach(w -> item(text, w));
        }
        section(text, "By hand, without Belay");
        byHand(m).forEach(l -> item(text, l));
        return text.toString();
    }

    private static String standby(Manifest.@Nullable Standby standby) {
        return standby == null
                ? ""
                : "; at first, and until the archive is written, as a copy in "
                        + Standbys.place(standby).data();
    }

    private static List<String> byHand(Manifest m) {
        List<String> lines = new ArrayList<>();
        lines.add("images:  " + (m.images().isEmpty() ? "none" : "those that the engine does not have; then the tags"));
        for (Manifest.ImageEntry image : m.images()) {
            lines.add("         " + reader(String.valueOf(m.archiveOf(image))) + " | docker load");
        }
        for (Manifest.ImageEntry image : m.images()) {
            image.tags().forEach(tag -> lines.add("         docker tag " + image.id() + " " + ShellWords.quote(tag)));
        }
        lines.addAll(List.of(
                "data:    stop the containers, then for each archive, into an empty directory at its path:",
                "         "
                        + (m.dataSets().isEmpty()
                                ? "none"
                                : reader(m.dataSets().get(0).archive())
                                        + " | tar -x --xattrs --xattrs-include='*' --acls --numeric-owner -p -C DIRECTORY"),
                "files:   copy each .backup file to its path above",
                "This directory contains secrets: keep it private."));
        return lines;
    }

    private static String reader(String archive) {
        if (archive.endsWith(".zst")) {
            return "zstd -dc " + archive;
        }
        return archive.endsWith(".gz") ? "gzip -dc " + archive : "cat " + archive;
    }

    private static String origin(Manifest m) {
        if (m.containers().isEmpty()) {
            return "as on the disk; nothing ran";
        }
        return switch (m.filesOrigin()) {
            case DISK_MATCHES -> "the running containers came from them";
            case COMMITTED_RELEASE -> "those of the release committed last; the ones on the disk were others";
            case DISK_DIFFERS -> "as on the disk; the running containers did not come from them";
            case UNKNOWN -> "as on the disk; not compared with the running containers";
        };
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(String.format("%-15s%s%n", key + ":", value));
    }

    private static void section(StringBuilder text, String title) {
        text.append('\n').append(title).append(":\n");
    }

    private static void item(StringBuilder text, String value) {
        text.append("  ").append(value).append('\n');
    }
}
