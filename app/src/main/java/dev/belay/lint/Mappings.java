package dev.belay.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Looks into YAML nodes, through merge keys. */
final class Mappings {
    private static final String MERGE = "<<";

    private Mappings() {}

    /** The entry of this key: of the mapping itself, else of what is merged into it. */
    static Optional<NodeTuple> entry(@Nullable Node node, String key) {
        return entries(node).stream()
                .filter(e -> text(e.getKeyNode()).equals(key))
                .findFirst();
    }

    static Optional<NodeTuple> entry(@Nullable Node node, List<String> path) {
        Optional<NodeTuple> found = Optional.empty();
        Node at = node;
        for (String key : path) {
            found = entry(at, key);
            if (found.isEmpty()) {
                return found;
            }
            at = found.get().getValueNode();
        }
        return found;
    }

    static Optional<Node> value(@Nullable Node node, String key) {
        return entry(node, key).map(NodeTuple::getValueNode);
    }

    /** All entries of a mapping, its own before those that are merged into it. */
    static List<NodeTuple> entries(@Nullable Node node) {
        List<NodeTuple> own = new ArrayList<>();
        List<NodeTuple> merged = new ArrayList<>();
        if (node instanceof MappingNode mapping) {
            for (NodeTuple entry : mapping.getValue()) {
                if (text(entry.getKeyNode()).equals(MERGE)) {
                    items(entry.getValueNode()).forEach(m -> merged.addAll(entries(m)));
                } else {
                    own.add(entry);
                }
            }
        }
        List<String> keys = own.stream().map(e -> text(e.getKeyNode())).toList();
        merged.stream().filter(e -> !keys.contains(text(e.getKeyNode()))).forEach(own::add);
        return own;
    }

    /** The items of a list; anything else is a list of itself. */
    static List<Node> items(@Nullable Node node) {
        if (node == null) {
            return List.of();
        }
        return node instanceof SequenceNode list ? list.getValue() : List.of(node);
    }

    /** Empty when it is no scalar. */
    static String text(@Nullable Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** From 1 on. */
    static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
