package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.CreateBody;
import dev.belay.engine.ImageDocument;
import dev.belay.engine.compose.ConfigHash;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import dev.belay.step.Step;
import dev.belay.store.Manifest.ContainerEntry;
import dev.belay.store.Manifest.CopiedFile;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** Creates a container from its captured document: same name, configuration, labels, networks and mounts. */
final class CreateContainer implements Step {
    private final RestoreContext context;
    private final ContainerEntry entry;
    private final ContainerDocument captured;

    CreateContainer(RestoreContext context, ContainerEntry entry) {
        this.context = context;
        this.entry = entry;
        this.captured = context.point.container(entry);
    }

    @Override
    public String name() {
        return "create container " + entry.name();
    }

    /** The one that differs is removed before this step, so what has the name is what this step made. */
    @Override
    public boolean done() {
        Optional<ContainerDocument> now = context.engine.container(entry.name());
        return now.isPresent()
                && now.get().name().equals(entry.name())
                && attached(now.get())
                && copiedFiles()
                        .allMatch(file -> context.engine
                                .readFile(now.get().id(), file.path())
                                .isPresent());
    }

    private Stream<CopiedFile> copiedFiles() {
        return context.point.manifest().copiedFiles().stream()
                .filter(file -> file.container().equals(entry.name()));
    }

    private boolean attached(ContainerDocument now) {
        return now.networks().containsAll(captured.networks());
    }

    @Override
    public String run() throws InterruptedException {
        // Left by a run that was cut off between creating and connecting.
        context.engine
                .container(entry.name())
                .filter(c -> c.name().equals(entry.name()))
                .ifPresent(half -> context.engine.removeContainer(half.id()));
        CreateBody create =
                CreateBody.of(captured, this::idNow, context.engine.info().apiVersion());
        context.point.hashedText(entry.name()).ifPresent(text -> relabel(create.body(), text));
        String id = withReference(() -> context.engine.createContainer(entry.name(), create.body()), create);
        create.others().forEach(endpoint -> {
            String network = context.engine
                    .network(endpoint.network())
                    .orElseThrow(() -> new BelayException(
                            Category.ROLLBACK_FAILED,
                            "could not attach container " + entry.name(),
                            "there is no network " + endpoint.network(),
                            "create the network, then run belay rollback again"))
                    .id();
            context.engine.connect(network, id, endpoint.settings());
        });
        for (CopiedFile copied : copiedFiles().toList()) {
            Steps.files(name(), () -> {
                context.engine.writeFile(id, Files.readAllBytes(context.point.file(copied.stored())));
                return copied;
            });
        }
        context.putBack("container " + entry.name() + " from image " + Ids.brief(entry.imageId()) + " ("
                + entry.imageReference() + ")");
        return "image " + Ids.brief(entry.imageId());
    }

    /**
     * Creates with the reference the container was created with, so that its document is the same, although that
     * reference may point at another image by now: the tag is moved for the moment and put back.
     */
    private String withReference(Supplier<String> create, CreateBody body) {
        Optional<String> created =
                context.whileTagsStay(() -> pointsAtItsImage() ? Optional.of(create.get()) : Optional.<String>empty());
        if (created.isPresent()) {
            return created.get();
        }
        String reference = entry.imageReference();
        if (reference.contains("@")
                || reference.startsWith("sha256:")
                || entry.imageId().contains(reference)) {
            // A digest cannot be given to an image by hand; the ID names the same content.
            body.body().put("Image", entry.imageId());
            context.note("container " + entry.name() + " was created from " + entry.imageId() + " because " + reference
                    + " is not known to the engine any more");
            return create.get();
        }
        return context.movingTags(() -> withTagMoved(reference, create));
    }

    private boolean pointsAtItsImage() {
        return context.engine
                .image(entry.imageReference())
                .filter(i -> i.id().equals(entry.imageId()))
                .isPresent();
    }

    private String withTagMoved(String reference, Supplier<String> create) {
        Optional<ImageDocument> now = context.engine.image(reference);
        context.movingTag(reference, now.map(ImageDocument::id));
        context.engine.tag(entry.imageId(), reference);
        try {
            return create.get();
        } finally {
            now.ifPresentOrElse(
                    other -> context.engine.tag(other.id(), reference), () -> context.engine.untag(reference));
            context.tagsAreBack();
        }
    }

    private void relabel(ObjectNode body, String hashedText) {
        if (body.path("Labels") instanceof ObjectNode labels) {
            labels.put(ConfigHash.LABEL, ConfigHash.of(hashedText, this::idNow));
        }
    }

    /** The ID that the container of a captured ID has now; captured documents refer to each other by ID. */
    private String idNow(String capturedId) {
        return context.point.manifest().containers().stream()
                .filter(c -> c.id().equals(capturedId))
                .findFirst()
                .flatMap(c -> context.engine.container(c.name()))
                .map(ContainerDocument::id)
                .orElse(capturedId);
    }
}
