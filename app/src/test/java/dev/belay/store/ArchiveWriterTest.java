package dev.belay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.archive.ArchiveContents;
import dev.belay.standby.StandbyPlace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive that is added to a sealed restore point is there and sealed, or the restore point is as it was without it. */
final class ArchiveWriterTest {
    private static final Instant START = Instant.parse("2026-11-23T02:00:00Z");
    private static final String ARCHIVE = "data-data.tar.zst";

    @TempDir
    Path directory;

    private Catalogue catalogue;
    private RestorePoint point;

    @BeforeEach
    void sealWithAStandby() throws Exception {
        Path live = Files.createDirectories(directory.resolve("srv/data"));
        Files.writeString(live.resolve("orders"), "old");
        catalogue = new Catalogue(Files.createDirectory(directory.resolve("backups")), "shop");
        point = Points.mirror(catalogue, START, live, null);
    }

    /** What is there when it is cut off behind each file operation, in their order. */
    private enum CutOff {
        BEGUN {
            @Override
            void leave(ArchiveWriterTest test) throws Exception {
                test.open();
            }
        },
        IN_THE_MIDDLE_OF_THE_ARCHIVE {
            @Override
            void leave(ArchiveWriterTest test) throws Exception {
                test.open();
                test.write(ArchiveWriter.PARTIAL_PREFIX + ARCHIVE, "half");
            }
        },
        ARCHIVE_WRITTEN {
            @Override
            void leave(ArchiveWriterTest test) throws Exception {
                test.keep(ARCHIVE);
                test.rename(ARCHIVE, ArchiveWriter.PARTIAL_PREFIX + ARCHIVE);
            }
        },
        ARCHIVE_RENAMED {
            @Override
            void leave(ArchiveWriterTest test) throws Exception {
                test.keep(ARCHIVE);
            }
        },
        LIST_BY_HALF {
            @Override
            void leave(ArchiveWriterTest test) throws Exception {
                test.keep(ARCHIVE);
                test.write("." + Archives.FILE + ".next", "{");
            }
        },
        LIST_WRITTEN {
            @Override
            void leave(ArchiveWriterTest test) throws Exception {
                test.keep(ARCHIVE, Archives.FILE);
            }
        },
        SEAL_BY_HALF {
            @Override
            void leave(ArchiveWriterTest test) throws Exception {
                test.keep(ARCHIVE, Archives.FILE);
                test.write("." + Archives.SEAL + ".next", "12");
            }
        };

        abstract void leave(ArchiveWriterTest test) throws Exception;
    }

    private void open() throws IOException {
        Files.setPosixFilePermissions(point.directory(), PosixFilePermissions.fromString("rwx------"));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(point.file(name), text);
    }

    private void rename(String from, String to) throws IOException {
        Files.move(point.file(from), point.file(to));
    }

    /** Archives it and takes all away again but these. */
    private void keep(String... names) throws Exception {
        Points.archive(point);
        remove(names);
    }

    private void remove(String... allBut) throws IOException {
        open();
        for (String name : List.of(Archives.SEAL, Archives.FILE, ARCHIVE)) {
            if (!Arrays.asList(allBut).contains(name)) {
                Files.delete(point.file(name));
            }
        }
    }

    private RestorePoint listed() {
        return catalogue.newest().orElseThrow();
    }

    @Test
    void whereverItIsCutOff_thePointStaysListedAndUnarchived_andTheNextOneMakesItRight() throws Exception {
        for (CutOff cutOff : CutOff.values()) {
            cutOff.leave(this);

            assertThat(listed().unarchived()).as(cutOff.name()).hasSize(1);
            assertThat(PointCheck.problems(listed(), path -> true))
                    .as(cutOff.name())
                    .isEmpty();

            Points.archive(listed());

            assertThat(listed().unarchived()).as(cutOff.name()).isEmpty();
            assertThat(PointCheck.problems(listed(), path -> true))
                    .as(cutOff.name())
                    .isEmpty();
            assertThat(names()).as(cutOff.name()).noneMatch(name -> name.startsWith("."));
            assertThat(mode(point.directory())).isEqualTo("r-x------");
            // For the next one.
            remove();
        }
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(point.directory())) {
            return files.map(f -> String.valueOf(f.getFileName())).toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void abandoned_nothingIsLeft_andThePointIsAsItWas() throws Exception {
        List<String> before = names();
        ArchiveWriter writer = new ArchiveWriter(point);
        assertThatThrownBy(() -> writer.add(point.unarchived().get(0), out -> {
                    out.write(1);
                    throw new IOException("No space left on device");
                }))
                .hasMessageContaining("No space");

        writer.abandon();

        assertThat(names()).containsExactlyInAnyOrderElementsOf(before);
        assertThat(mode(point.directory())).isEqualTo("r-x------");
        assertThat(PointCheck.problems(listed(), path -> true)).isEmpty();
    }

    @Test
    void sealedOnce_itIsNotWrittenAgain_andEveryFileIsReadOnly() throws Exception {
        RestorePoint archived = Points.archive(point);

        assertThatThrownBy(() -> new ArchiveWriter(point)).hasMessageContaining("are sealed already");
        assertThat(listed().manifest()).isEqualTo(archived.manifest());
        for (String name : List.of(ARCHIVE, Archives.FILE, Archives.SEAL)) {
            assertThat(mode(point.file(name))).as(name).isEqualTo("r--------");
        }
    }

    @Test
    void everyFlippedByteAndEveryTruncationOfWhatWasAdded_isFound() throws Exception {
        Points.archive(point);
        for (String name : List.of(ARCHIVE, Archives.FILE, Archives.SEAL)) {
            Path file = point.file(name);
            byte[] whole = Files.readAllBytes(file);
            for (int at = 0; at < whole.length; at++) {
                byte[] flipped = whole.clone();
                flipped[at] ^= 1;
                Files.write(file, flipped);
                assertThat(found()).as(name + " flipped at " + at).isTrue();
            }
            for (int length = 0; length < whole.length; length += 7) {
                Files.write(file, Arrays.copyOf(whole, length));
                assertThat(found()).as(name + " cut at " + length).isTrue();
            }
            Files.write(file, whole);
        }
        assertThat(found()).isFalse();
    }

    private boolean found() throws IOException {
        Catalogue.Entry entry = catalogue.entries().get(0);
        return entry.point() == null
                || !PointCheck.problems(entry.point(), path -> true).isEmpty();
    }

    @Test
    void aListThatIsMissingBesideItsSeal_isDamage_andNotAPointWithoutArchives() throws Exception {
        Points.archive(point);
        open();
        Files.delete(point.file(Archives.FILE));

        assertThat(catalogue.entries()).allMatch(entry -> entry.point() == null);
    }

    @Test
    void theListOfTheStandby_isSealedWithThePoint() throws Exception {
        Path list = point.file(point.manifest().dataSets().get(0).name() + Manifest.LIST_ENDING);
        Files.write(list, "other".getBytes(StandardCharsets.US_ASCII));

        assertThat(PointCheck.problems(listed(), path -> true)).isNotEmpty();
    }

    @Test
    void anArchiveThatFailsToBeWritten_leavesTheStandbyAlone() throws Exception {
        StandbyPlace place = Points.place(point.manifest().dataSets().get(0));
        ArchiveWriter writer = new ArchiveWriter(point);
        writer.add(point.unarchived().get(0), out -> new ArchiveContents(0, 0, 0, List.of()));

        writer.abandon();

        assertThat(place.data().resolve("orders")).hasContent("old");
    }
}
