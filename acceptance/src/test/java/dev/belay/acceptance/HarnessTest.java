package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
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

    /** One that shows something, and one that gives up: run by the test below in a Java of their own. */
    static class OneOfTwo {
        @Test
        void holds() {
            assertThat(Scenarios.class).isNotNull();
        }

        @Test
        void givesUp() {
            Assumptions.assumeTrue(false);
        }
    }

    @Test
    void scenariosThatAreNotRun_areNotTakenForThoseThatHold() {
        Duration limit = Duration.ofMinutes(2);
        Run one = Scenarios.run(Map.of(), limit, List.of("HarnessTest$OneOfTwo"));
        assertThat(one.exitCode()).as(one.describe()).isEqualTo(1);
        assertThat(one.out()).contains("tests: 2, succeeded: 1");
        Run none = Scenarios.run(Map.of(), limit, List.of("Names"));
        assertThat(none.exitCode()).as(none.describe()).isEqualTo(1);
        assertThat(none.out()).contains("tests: 0, succeeded: 0");
    }

    @Test
    void withoutAMirrorInTheSourcesOfApt_noOtherOneIsAsked() {
        try (Stack stack = Stack.create()) {
            stack.shell("mkdir fakes && printf '#!/bin/sh\\necho \"$*\" >> %s/called\\n' \"$PWD\" > fakes/apt-get"
                    + " && chmod 755 fakes/apt-get");
            Run run = Program.run(
                    stack.directory(),
                    Map.of(
                            "PATH",
                            stack.directory().resolve("fakes") + ":" + System.getenv("PATH"),
                            "XDG_CACHE_HOME",
                            stack.directory().resolve("cache").toString()),
                    List.of(
                            Belay.root().resolve("tools/second-engine.sh").toString(),
                            "start",
                            stack.directory().resolve("engine").toString(),
                            "--version",
                            "26.1"));
            assertThat(run.exitCode()).as(run.describe()).isEqualTo(1);
            assertThat(run.err()).contains("the sources of apt name no mirror");
            assertThat(stack.read("called").lines()).hasSize(1).allMatch(line -> line.startsWith("indextargets "));
            assertThat(stack.directory().resolve("engine")).doesNotExist();

            Run setUp = Program.shell(
                    stack.directory(),
                    "source " + Belay.root().resolve("tools/setup.sh")
                            + "; PATH=$PWD/fakes:$PATH; apt_sources=$PWD/sources apt_preferences=$PWD/preferences;"
                            + " add_compose_source");
            assertThat(setUp.exitCode()).as(setUp.describe()).isEqualTo(1);
            assertThat(setUp.err()).contains("the sources of apt name no mirror");
            stack.shell("[[ ! -e sources && ! -e preferences ]]");
        }
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
