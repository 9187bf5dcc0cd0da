package dev.belay.engine.docker;

import dev.belay.engine.ImageDocument;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The engine's images: their archives and their tags. */
final class DockerImages {
    private final Api api;

    DockerImages(Api api) {
        this.api = api;
    }

    /** The engine also takes the beginning of an ID; an image whose name looks like one must not be confused with it. */
    Optional<ImageDocument> find(String idOrReference) {
        if (idOrReference.isBlank()) {
            return Optional.empty();
        }
        return api.find("inspect image " + idOrReference, Target.of("images", idOrReference, "json"))
                .map(ImageDocument::new)
                .filter(image -> !isShortHex(idOrReference)
                        || image.tags().contains(ImageName.parse(idOrReference).familiar()));
    }

    void save(List<String> references, OutputStream out) {
        if (references.isEmpty()) {
            throw new IllegalArgumentException("no images to save");
        }
        Target target = Target.of("images", "get");
        for (String reference : references) {
            target = target.with("names", reference);
        }
        api.stream("save images " + String.join(", ", references), target, Api.IMAGES, body -> {
            TarCheck check = new TarCheck(new Sink(out));
            body.transferTo(check);
            check.finish();
            return true;
        });
    }

    void load(InputStream tar) {
        String what = "load images";
        Target target = Target.of("images", "load").with("quiet", "1");
        api.upload(what, target, tar, Api.IMAGES, body -> {
            try (MappingIterator<JsonNode> messages =
                    JsonMapper.shared().readerFor(JsonNode.class).readValues(body)) {
                while (messages.hasNext()) {
                    JsonNode message = messages.next();
                    String error = message.path("errorDetail").path("message").asString("");
                    if (error.isEmpty()) {
                        error = message.path("error").asString("");
                    }
                    if (!error.isEmpty()) {
                        throw Api.failed(what, error, null);
                    }
                }
            }
            return true;
        });
    }

    void tag(String imageId, String tag) {
        ImageName name = ImageName.parse(tag);
        Target target = Target.of("images", imageId, "tag")
                .with("repo", name.repository())
                .with("tag", name.tag());
        api.require("tag image " + imageId + " as " + tag, "POST", target, null, Api.ORDINARY);
    }

    /**
     * Takes the tag away only where the engine then surely keeps the image: another tag points at it, or a container
     * that is up uses it. A stopped container does not hold an image against a forced removal, and without force the
     * engine refuses; so there, and when nothing else holds the image, the tag stays.
     */
    void untag(String tag) {
        String name = ImageName.parse(tag).familiar();
        Optional<ImageDocument> image = find(tag);
        if (image.isEmpty() || !image.get().allTags().contains(name)) {
            return;
        }
        boolean otherTag = image.get().allTags().size() > 1;
        if (!otherTag && !usedByOneThatIsUp(image.get().id())) {
            return;
        }
        Target target = Target.of("images", tag).with("noprune", "1").with("force", otherTag ? "0" : "1");
        Api.Answer answer = api.call("untag " + tag, "DELETE", target, null, Api.ORDINARY);
        if (!answer.ok() && !answer.notFound()) {
            throw api.refused("untag " + tag, answer);
        }
    }

    List<String> tags(String repository) {
        ObjectNode filters = JsonMapper.shared().createObjectNode();
        filters.putArray("reference").add(repository);
        TreeSet<String> tags = new TreeSet<>();
        Target target = Target.of("images", "json").with("filters", filters.toString());
        for (JsonNode image : api.get("list images", target)) {
            for (JsonNode tag : image.path("RepoTags")) {
                if (tag.asString("").startsWith(repository + ":")) {
                    tags.add(tag.asString(""));
                }
            }
        }
        return List.copyOf(tags);
    }

    /** Without force the engine itself refuses what would take an image away from a container. */
    boolean discardTag(String tag) {
        String what = "remove tag " + tag;
        Api.Answer answer = api.call(what, "DELETE", Target.of("images", tag), null, Api.SLOW);
        if (answer.notFound() || answer.status() == 409) {
            return false;
        }
        if (!answer.ok()) {
            throw api.refused(what, answer);
        }
        for (JsonNode removed : answer.body()) {
            if (removed.has("Deleted")) {
                return true;
            }
        }
        return false;
    }

    private boolean usedByOneThatIsUp(String imageId) {
        for (JsonNode container : api.get("list containers", Target.of("containers", "json"))) {
            if (container.path("ImageID").asString("").equals(imageId)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isShortHex(String text) {
        String hex = text.startsWith("sha256:") ? text.substring("sha256:".length()) : text;
        return hex.length() < 12 && hex.toLowerCase(Locale.ROOT).matches("[0-9a-f]+");
    }

    /** Tells a failure of ours from one of the engine. */
    private static final class Sink extends FilterOutputStream {
        Sink(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw new IOException("writing the archive failed: " + NotConnectedException.reason(e), e);
            }
        }
    }
}
