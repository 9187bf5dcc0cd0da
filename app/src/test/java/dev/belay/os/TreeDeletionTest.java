package dev.belay.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TreeDeletionTest {
    private static final int NOBODY = 65534;

    @TempDir
    Path directory;

    private final Processes processes = new Processes();

    @Test
    void aTreeDeeperThanAnyPathMayBeLong_isRemoved() throws Exception {
        Path root = Files.createDirectory(directory.resolve("deep"));
        run(
                "perl",
                "-e",
                "chdir $ARGV[0] or die; for (1..6000) { mkdir 'dddd' or die; chdir 'dddd' or die }"
                        + " open(F, '>', 'file') or die",
                root.toString());

        TreeDeletion.delete(root);

        assertThat(root).doesNotExist();
    }

    @Test
    void linksAreRemovedAndNotFollowed() throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("kept"), "x");
        Path root = Files.createDirectory(directory.resolve("root"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        Path link = Files.createSymbolicLink(directory.resolve("itself"), outside);

        TreeDeletion.delete(root);
        TreeDeletion.delete(link);
        TreeDeletion.delete(directory.resolve("not there"));

        assertThat(outside.resolve("kept")).hasContent("x");
        assertThat(root).doesNotExist();
        assertThat(link).doesNotExist();
    }

    @Test
    void namesThatAreNoText_areRemoved() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        run("bash", "-c", "cd \"$1\" && mkdir $'\\xff' && touch $'\\xff/\\xfe\\n' -- '-rf'", "bash", root.toString());

        TreeDeletion.delete(root);

        assertThat(root).doesNotExist();
    }

    @Test
    void whatIsMountedInside_isLeftAndSaid() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path mounted = Files.createDirectory(root.resolve("mounted"));
        run("mount", "-t", "tmpfs", "tmpfs", mounted.toString());
        try {
            Files.writeString(mounted.resolve("kept"), "x");

            assertThatThrownBy(() -> TreeDeletion.delete(root)).hasMessageContaining("mounted at mounted");
            assertThat(mounted.resolve("kept")).hasContent("x");
        } finally {
            run("umount", mounted.toString());
        }
    }

    /** For root no mode is in the way, so somebody else removes it. */
    @Test
    void whatIsReadOnly_isRemovedByAnOwnerWhoIsNotRoot() throws Exception {
        Path root = Files.createDirectories(directory.resolve("his/root/below/deeper"));
        Files.writeString(root.resolve("file"), "x");
        run("chmod", "-R", "a-w,go-rx", directory.resolve("his/root").toString());
        run("chown", "-R", Integer.toString(NOBODY), directory.resolve("his").toString());
        run("chmod", "755", directory.toString());
        // Where he can read them, wherever this repository is.
        Path classes = Files.createDirectories(directory.resolve("classes/dev/belay/os"));
        for (Class<?> type : List.of(TreeDeletion.class, Remover.class)) {
            String name = type.getName().replaceFirst(".*\\.", "") + ".class";
            try (InputStream in = Objects.requireNonNull(type.getResourceAsStream(name))) {
                Files.copy(in, classes.resolve(name));
            }
        }

        run(
                "setpriv",
                "--reuid=" + NOBODY,
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                directory.resolve("classes").toString(),
                Remover.class.getName(),
                directory.resolve("his/root").toString());

        assertThat(directory.resolve("his/root")).doesNotExist();
    }

    /** A program that removes its argument. */
    static final class Remover {
        public static void main(String[] args) throws Exception {
            TreeDeletion.delete(Path.of(args[0]));
        }
    }

    private void run(String... argv) throws Exception {
        Processes.Result result = processes.run(List.of(argv), null, Map.of("LC_ALL", "C"), Duration.ofMinutes(1));
        assertThat(result.exitCode()).as(result.err()).isZero();
    }
}
