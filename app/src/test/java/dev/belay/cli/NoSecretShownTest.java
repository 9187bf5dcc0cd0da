package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.secret.Redactor;
import dev.belay.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Twelve canary secrets, every command, every call of the engine and of Compose made to fail: none is ever shown. */
class NoSecretShownTest {
    private static final Redactor NOTHING = new Redactor() {
        @Override
        public void learn(Secret secret) {}

        @Override
        public void leave(String publicName) {}

        @Override
        public String redact(String text) {
            return text;
        }
    };

    @TempDir
    Path root;

    /** A situation and the command that is called in it. */
    private enum Scene {
        BACKUP {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) {
                return List.of("backup");
            }
        },
        DEPLOY_WELL {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) {
                return List.of("--json", "deploy");
            }
        },
        DEPLOY_ILL {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) {
                world.deploying(false, false);
                return List.of("deploy");
            }
        },
        DEPLOY_FAILING {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) {
                world.deploying(false, true);
                return List.of("--json", "deploy");
            }
        },
        ROLLBACK {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                world.run(redactor.get(), "backup");
                world.replaced().ill();
                return List.of("rollback");
            }
        },
        ROLLBACK_PLAN {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                world.run(redactor.get(), "backup");
                world.replaced();
                return List.of("rollback", "--plan");
            }
        },
        RESUME {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                // Killed a few calls before its end, when the new release is there and is being judged.
                world.deploying(true, false).killing(0).run(redactor.get(), "deploy");
                int all = world.calls();
                CanaryWorld killed = world.deploying(false, false);
                killed.killing(all - 6).run(redactor.get(), "deploy");
                killed.killing(0);
                return List.of("resume");
            }
        },
        VERIFY {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) {
                world.replaced().ill();
                return List.of("--json", "verify");
            }
        },
        STATUS {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                world.run(redactor.get(), "backup");
                world.replaced();
                return List.of("status");
            }
        },
        LIST {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                world.ill().run(redactor.get(), "backup");
                return List.of("--json", "list");
            }
        },
        SHOW {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                world.ill().replaced().run(redactor.get(), "backup");
                return List.of("show", world.newestPoint());
            }
        },
        SHOW_JSON {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                world.ill().replaced().run(redactor.get(), "backup");
                return List.of("--json", "show", world.newestPoint());
            }
        },
        CHECK {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                world.run(redactor.get(), "backup");
                return List.of("check", "--read-data");
            }
        },
        PRUNE {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException {
                world.run(redactor.get(), "backup");
                return List.of("prune");
            }
        },
        LINT {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) {
                world.ill().replaced();
                return List.of("--json", "lint");
            }
        },
        INIT {
            @Override
            List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) {
                world.ill();
                return List.of("init", "--stdout");
            }
        };

        abstract List<String> prepare(CanaryWorld world, Supplier<Redactor> redactor) throws IOException;
    }

    private static final class Tally {
        int runs;
        int texts;
        final Set<String> seen = new TreeSet<>();
        final List<String> places = new ArrayList<>();
        final Set<Integer> exitCodes = new TreeSet<>();
    }

    /** @param stride only every so many-th call is made to fail; the run without a failure is always made */
    private Tally drive(Supplier<Redactor> redactor, int stride, Scene... scenes) throws IOException {
        Tally tally = new Tally();
        Supplier<Path> places = CanaryWorld.under(root);
        int first = 1;
        for (Scene scene : scenes) {
            int all = run(scene, redactor, places.get(), 0, tally);
            for (int call = 1 + first++ % stride; call <= all; call += stride) {
                run(scene, redactor, places.get(), call, tally);
            }
        }
        System.out.printf(
                "%d canaries shown in %d texts of %d runs, exit codes %s%n",
                tally.seen.size(), tally.texts, tally.runs, tally.exitCodes);
        return tally;
    }

    private static int run(Scene scene, Supplier<Redactor> redactor, Path place, int failing, Tally tally)
            throws IOException {
        try (CanaryWorld world = new CanaryWorld(place)) {
            List<String> command = scene.prepare(world, redactor);
            CanaryWorld.Said said = world.failing(failing).run(redactor.get(), command.toArray(String[]::new));
            tally.runs++;
            tally.exitCodes.add(said.exitCode());
            said.everything().forEach(text -> {
                tally.texts++;
                look(scene + " failing at call " + failing, world, text, tally);
            });
            assertPrivate(world.backups());
            return world.calls();
        }
    }

    private static void look(String where, CanaryWorld world, String text, Tally tally) {
        for (int i = 0; i < world.canaries().size(); i++) {
            if (text.contains(world.canaries().get(i))) {
                tally.seen.add(CanaryWorld.PLACES.get(i));
                int at = text.indexOf(world.canaries().get(i));
                tally.places.add(where + ": " + CanaryWorld.PLACES.get(i) + ": "
                        + text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 60)));
            }
        }
    }

    private static void assertPrivate(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                assertThat(mode).as(path.toString()).endsWith("------");
            }
        }
    }

    @Test
    void whereverARunFails_noSecretIsShown() throws IOException {
        Tally tally = drive(Redactor::create, 14, Scene.values());
        assertThat(tally.places).isEmpty();
        assertThat(tally.exitCodes).contains(0, 1, 3, 4);
    }

    @Tag("long")
    @Test
    void atEveryCallThatFails_noSecretIsShown() throws IOException {
        Tally tally = drive(Redactor::create, 1, Scene.values());
        assertThat(tally.places).isEmpty();
        assertThat(tally.runs).isGreaterThan(150);
    }

    /** The control: the same runs do say every one of them when nothing is redacted. */
    @Test
    void withoutTheRedactor_everySecretIsShown() throws IOException {
        Tally tally = drive(() -> NOTHING, 12, Scene.DEPLOY_ILL, Scene.DEPLOY_FAILING, Scene.VERIFY, Scene.SHOW);
        assertThat(tally.seen).containsExactlyInAnyOrderElementsOf(CanaryWorld.PLACES);
        assertThat(tally.places.size()).isGreaterThan(60);
    }
}
