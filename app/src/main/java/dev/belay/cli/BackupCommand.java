package dev.belay.cli;

import dev.belay.pipeline.Backup;
import dev.belay.report.RunReport;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code belay backup}. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = "Capture a restore point of what runs now.",
        footer = {"", "Example:", "  belay -p shop backup"})
final class BackupCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Mixin
    LockOptions lock = new LockOptions();

    @Option(
            names = "--sealed-only",
            description = "Do not wait for the archives of the data: a later run writes them. Until then the data is in"
                    + " its standbys, beside the live data.")
    boolean sealedOnly;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "backup", lock.patience, (session, console) -> {
            RunReport report = new Backup(session).run(sealedOnly);
            String last = String.format(
                    Locale.ROOT,
                    "backed up: %s in %.1f s, %s",
                    report.restorePointPath(),
                    report.seconds(),
                    report.why().isEmpty() ? "verified" : report.why());
            return belay.app.report(belay.global, console, report, last);
        });
    }
}
