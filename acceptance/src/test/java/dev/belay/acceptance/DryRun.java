package dev.belay.acceptance;

import java.util.List;

/** Asks Compose whether it would change anything: after a rollback it must not. */
final class DryRun {
    private DryRun() {}

    /** The lines of {@code docker compose up -d --dry-run} that create or re-create something. */
    static List<String> changes(Stack stack, String... options) {
        String[] args = new String[options.length + 3];
        System.arraycopy(options, 0, args, 0, options.length);
        args[options.length] = "up";
        args[options.length + 1] = "-d";
        args[options.length + 2] = "--dry-run";
        Run run = stack.compose(args);
        String all = run.out() + run.err();
        if (!all.contains("DRY-RUN MODE")) {
            throw new AssertionError("Compose did not do a dry run: " + run.describe());
        }
        return all.lines()
                .filter(line -> line.matches(".*\\b(Creat|Recreat|Remov|Pull|Build).*"))
                .toList();
    }
}
