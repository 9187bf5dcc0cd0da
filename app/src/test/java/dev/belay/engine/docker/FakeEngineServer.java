package dev.belay.engine.docker;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.FakeEngine;
import dev.belay.engine.ImageDocument;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.VolumeDocument;
import java.io.Closeable;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** The engine in memory, behind a socket, for questions only: whoever asks for anything else is told that it is not there. */
public final class FakeEngineServer implements Closeable {
    private final FakeEngine engine;
    private final String project;
    private final ScriptedServer server;

    /** @param project of which containers, networks and volumes are listed */
    public FakeEngineServer(Path socket, FakeEngine engine, String project) throws IOException {
        this.engine = engine;
        this.project = project;
        this.server = new ScriptedServer(socket, connection -> {
            String target = ScriptedServer.readHead(connection).split(" ", 3)[1];
            Optional<String> body = answer(target.replaceAll("^/v[0-9.]+|\\?.*", ""));
            String text = body.orElse("{\"message\":\"not found\"}");
            ScriptedServer.write(
                    connection,
                    "HTTP/1.1 " + (body.isPresent() ? "200 OK" : "404 Not Found")
                            + "\r\nApi-Version: 1.41\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
        });
    }

    private Optional<String> answer(String path) {
        List<String> words = List.of(path.substring(1).split("/", -1));
        String name = words.size() < 2 ? "" : URLDecoder.decode(words.get(1), StandardCharsets.UTF_8);
        return switch (words.get(0)) {
            case "_ping" -> Optional.of("OK");
            case "containers" ->
                name.equals("json")
                        ? list(
                                "Id",
                                engine.containers(project).stream()
                                        .map(ContainerDocument::id)
                                        .toList())
                        : engine.container(name).map(ContainerDocument::json).map(JsonNode::toString);
            case "networks" ->
                name.isEmpty()
                        ? list(
                                "Id",
                                engine.networks(project).stream()
                                        .map(NetworkDocument::id)
                                        .toList())
                        : engine.network(name).map(NetworkDocument::json).map(JsonNode::toString);
            case "volumes" ->
                name.isEmpty()
                        ? list(
                                        "Name",
                                        engine.volumes(project).stream()
                                                .map(VolumeDocument::name)
                                                .toList())
                                .map(volumes -> "{\"Volumes\":" + volumes + "}")
                        : engine.volume(name).map(VolumeDocument::json).map(JsonNode::toString);
            case "images" -> engine.image(name).map(ImageDocument::json).map(JsonNode::toString);
            default -> Optional.empty();
        };
    }

    private static Optional<String> list(String field, List<String> values) {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        values.forEach(value -> list.addObject().put(field, value));
        return Optional.of(list.toString());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
