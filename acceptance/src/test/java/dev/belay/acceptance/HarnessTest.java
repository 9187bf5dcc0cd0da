package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The harness itself: a test that cannot fail proves nothing. */
class HarnessTest {

    @Test
    void aClosedStack_leavesNothing() {
        EngineState before;
        EngineState after;
        Path root;
        try (Stack stack = Stack.up("""
                services:
                  app:
                    image: @good@
                    init: true
                    stop_grace_period: 1s
                    volumes: [ "data:/data", "/anonymous" ]
                    networks: [ front ]
                volumes: { data: {} }
                networks: { front: {} }
                """)) {
            root = stack.root();
            before = EngineState.capture();
            assertThat(stack.statusOf("app")).isEqualTo("running");
            stack.compose("down");
        }
        after = EngineState.capture();
        assertThat(before.differenceTo(after)).isNotEmpty().allMatch(line -> line.startsWith("gone: "));
        assertThat(after.only(root.getFileName().toString()).lines()).isEmpty();
        assertThat(root).doesNotExist();
    }

    @Test
    void trees_differInWhatACarelessCopyLoses() {
        try (Stack stack = Stack.create()) {
            stack.shell("""
                    mkdir -p a/empty && cd a
                    echo one > one && ln one two && ln -s one link && echo x > $'odd \\n name'
                    truncate -s 8M sparse && touch -d '2020-02-02 02:02:02.123456789' one
                    """);
            stack.shell("cp -a a same; cp -r a careless; " + Images.tool("usr/bin/setfattr")
                    + " -n user.origin -v here a/one; cp -a a xattr");
            Path directory = stack.directory();
            assertThat(Tree.of(directory.resolve("xattr"))).isEqualTo(Tree.of(directory.resolve("a")));
            assertThat(Tree.of(directory.resolve("same"))).isNotEqualTo(Tree.of(directory.resolve("a")));
            assertThat(Tree.of(directory.resolve("careless"))).isNotEqualTo(Tree.of(directory.resolve("same")));
        }
    }
}
