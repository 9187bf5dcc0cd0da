package dev.belay.engine;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An image archive like the engine's: a tar with a manifest.json that names each image's configuration and tags. */
final class FakeArchive {
    private static final int BLOCK = 512;

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    record Entry(String id, ObjectNode config, List<String> tags) {}

    void add(String id, ObjectNode config, String tag) {
        Entry entry = entries.computeIfAbsent(id, key -> new Entry(key, config, new ArrayList<>()));
        if (!tag.isEmpty()) {
            entry.tags().add(tag);
        }
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ArrayNode manifest = JsonMapper.shared().createArrayNode();
        for (Entry entry : entries.values()) {
            String file = entry.id().substring("sha256:".length()) + ".json";
            member(out, file, entry.config().toString());
            ObjectNode item = manifest.addObject().put("Config", file);
            if (entry.tags().isEmpty()) {
                item.putNull("RepoTags");
            } else {
                entry.tags().forEach(item.putArray("RepoTags")::add);
            }
            item.putArray("Layers");
        }
        member(out, "manifest.json", manifest.toString());
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    /** A tar with one file. */
    static byte[] file(String path, String content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        member(out, path, content);
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    static List<Entry> read(InputStream in) throws IOException {
        Map<String, String> files = new HashMap<>();
        while (true) {
            byte[] header = block(in);
            if (header[0] == 0) {
                block(in);
                break;
            }
            String name = new String(header, 0, 100, StandardCharsets.UTF_8).replace("\0", "");
            String size = new String(header, 124, 11, StandardCharsets.UTF_8);
            if (!size.matches("[0-7]{11}")) {
                throw new IOException("invalid tar header");
            }
            int length = Integer.parseInt(size, 8);
            byte[] padded = in.readNBytes((length + BLOCK - 1) / BLOCK * BLOCK);
            if (padded.length < length) {
                throw new EOFException("unexpected EOF");
            }
            files.put(name, new String(padded, 0, length, StandardCharsets.UTF_8));
        }
        if (!files.containsKey("manifest.json")) {
            throw new IOException("open manifest.json: no such file or directory");
        }
        List<Entry> result = new ArrayList<>();
        try {
            for (JsonNode item : JsonMapper.shared().readTree(Objects.requireNonNull(files.get("manifest.json")))) {
                String file = item.path("Config").asString("");
                List<String> tags = new ArrayList<>();
                item.path("RepoTags").forEach(t -> tags.add(t.asString()));
                ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(files.getOrDefault(file, "{}"));
                result.add(new Entry("sha256:" + file.replace(".json", ""), config, tags));
            }
        } catch (JacksonException e) {
            throw new IOException("invalid manifest.json", e);
        }
        return result;
    }

    private static byte[] block(InputStream in) throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        if (block.length < BLOCK) {
            throw new EOFException("unexpected EOF");
        }
        return block;
    }

    private static void member(ByteArrayOutputStream out, String name, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 124, String.format(Locale.ROOT, "%011o", bytes.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\0" + "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        out.writeBytes(header);
        out.writeBytes(bytes);
        out.writeBytes(new byte[(BLOCK - bytes.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
