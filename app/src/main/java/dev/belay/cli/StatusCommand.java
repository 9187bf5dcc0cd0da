package dev.belay.cli;

import dev.belay.os.Bytes;
import dev.belay.pipeline.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code belay status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "What runs, whether a rollback is possible now, to what, and about how long it would take.",
        footer = {"", "Example:", "  belay status"})
final class StatusCommand implements Callable<Integer> {
    @ParentCommand
    BelayCommand belay;

    @Override
    public Integer call() {
        return belay.app.run(belay.global, "status", (session, console) -> {
            Status.Answer answer = new Status(session).answer();
            if (belay.global.json) {
                belay.app.json(document(session.project(), answer));
                return ExitCodes.OK;
            }
            console.result("Project " + session.project());
            if (answer.containers().isEmpty()) {
                console.result("  no container");
            }
            answer.containers()
                    .forEach(c -> console.result(
                            String.format(Locale.ROOT, "  %-32s %-24s %s", c.name(), c.state(), c.image())));
            console.result("Restore points: " + answer.points() + " in "
                    + session.catalogue().base());
            if (answer.target() == null) {
                console.outcome(false, "A rollback is not possible now: " + answer.problem());
            } else {
                console.outcome(
                        true,
                        String.format(
                                Locale.ROOT,
                                "A rollback is possible now: to %s of %s, in about %.0f s",
                                answer.target().id(),
                                answer.target().manifest().createdAt(),
                                Math.ceil(answer.aboutSeconds())));
                answer.data().forEach(d -> console.result(data(d)));
            }
            return ExitCodes.OK;
        });
    }

    private static String data(Status.Data data) {
        return "  data " + data.name() + ": "
                + (data.from().equals("standby")
                        ? "from its standby, a rename"
                        : String.format(
                                Locale.ROOT,
                                "from its archive, %s in about %.0f s",
                                Bytes.text(data.bytes()),
                                Math.ceil(data.aboutSeconds())));
    }

    private static Map<String, Object> document(String project, Status.Answer answer) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("outcome", answer.target() == null ? "no rollback possible" : "rollback possible");
        document.put("exitCode", ExitCodes.OK);
        document.put("project", project);
        document.put(
                "restorePoint", answer.target() == null ? null : answer.target().id());
        document.put("aboutSeconds", Math.ceil(answer.aboutSeconds()));
        document.put("data", answer.data());
        document.put("problem", answer.problem());
        document.put("confirmUntil", answer.confirmUntil());
        document.put("restorePoints", answer.points());
        document.put("containers", answer.containers());
        document.put("steps", List.of());
        document.put("checks", List.of());
        return document;
    }
}
