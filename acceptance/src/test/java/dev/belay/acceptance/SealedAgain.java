package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A restore point as somebody forges it who knows about manifest and seal. */
final class SealedAgain {
    private SealedAgain() {}

    /**
     * Puts another archive in the place of the first data set's and makes the manifest confirm it.
     *
     * @param entries that the manifest claims; -1 to claim nothing, as a Belay that did not count
     */
    static void withData(Path point, Path archive, long entries, long logicalBytes, long streamBytes) {
        try {
            JsonMapper mapper = JsonMapper.shared();
            Path manifestFile = point.resolve("manifest.json");
            ObjectNode manifest = (ObjectNode) mapper.readTree(Files.readAllBytes(manifestFile));
            ObjectNode dataSet = (ObjectNode) manifest.path("dataSets").get(0);
            if (entries < 0) {
                dataSet.remove("archived");
            } else {
                ObjectNode archived = dataSet.putObject("archived");
                archived.put("entries", entries)
                        .put("logicalBytes", logicalBytes)
                        .put("streamBytes", streamBytes);
                archived.putArray("devices");
            }
            String name = dataSet.path("archive").asString();
            Files.delete(point.resolve(name));
            Files.copy(archive, point.resolve(name));
            for (JsonNode stored : manifest.path("contents")) {
                if (stored.path("path").asString().equals(name)) {
                    ((ObjectNode) stored).put("size", Files.size(archive)).put("sha256", sha256(archive));
                }
            }
            Files.write(manifestFile, mapper.writeValueAsBytes(manifest));
            Files.writeString(
                    point.resolve("manifest.json.sha256"), sha256(manifestFile) + "\n", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
