package dev.belay.lint;

import dev.belay.engine.ContainerDocument;
import dev.belay.project.Service;
import java.util.List;
import java.util.function.Consumer;

/** Which image it will be: moving tags, and pulling at every start. */
final class ImageRules {
    private ImageRules() {}

    static void check(Facts facts, Consumer<Finding> found) {
        for (Service service : facts.services()) {
            if (!service.image().isEmpty() && !service.built()) {
                movingTag(facts, service, found);
                pullPolicy(facts, service, found);
            }
        }
    }

    private static void movingTag(Facts facts, Service service, Consumer<Finding> found) {
        ImageName image = ImageName.of(service.image());
        if (!image.moving()) {
            return;
        }
        String said = image.tag().isEmpty() ? "no tag, which is `latest`" : "the moving tag `" + image.tag() + "`";
        List<String> digests = facts.images().containsKey(service.name())
                ? facts.images().get(service.name()).digests()
                : List.of();
        found.accept(new Finding(
                Level.WARNING,
                Rule.MOVING_TAG,
                facts.sources().of(service.name(), "image"),
                service.name(),
                service.image() + " has " + said,
                "after the next pull, or on another machine, the same file starts another program; which release ran is"
                        + " written nowhere, and Compose sees no difference to deploy",
                digests.isEmpty()
                        ? "Name a version, such as " + image.repository() + ":1.4.2, or a digest"
                        : "Name a version, or what is here now: " + digests.get(0)));
    }

    private static void pullPolicy(Facts facts, Service service, Consumer<Finding> found) {
        String policy = service.pullPolicy();
        boolean again = policy.equals("always")
                || policy.equals("daily")
                || policy.equals("weekly")
                || policy.startsWith("every_");
        if (!again || ImageName.of(service.image()).digest()) {
            return;
        }
        boolean runs = facts.containersOf(service).stream().anyMatch(ContainerDocument::up);
        found.accept(new Finding(
                Level.WARNING,
                Rule.PULL_POLICY_ALWAYS,
                facts.sources().of(service.name(), "pull_policy"),
                service.name(),
                "pull_policy: " + policy + " asks the registry at a start",
                (runs ? "it runs now; " : "")
                        + "while the registry is away nothing starts, and while it answers any `up` may bring an image that"
                        + " nobody meant to deploy",
                "Leave pull_policy out, and pull in the deployment: belay deploy -- sh -c 'docker compose pull && docker"
                        + " compose up -d'"));
    }
}
