package dev.belay.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs to be root, as all tests do: it gives files to other users. */
class TrustTest {
    private static final int STRANGER = 54321;
    private static final int SUDO_USER = 54322;

    @TempDir
    Path directory;

    private Path project;
    private Path file;
    private Trust trust;

    @BeforeEach
    void aFileInAProject() throws IOException {
        project = Files.createDirectory(directory.resolve("project"));
        file = Files.writeString(project.resolve("belay.yml"), "");
        mode(project, "rwxr-xr-x");
        mode(file, "rw-r--r--");
        Path passwd = Files.write(
                directory.resolve("passwd"),
                List.of(
                        "root:x:0:0:root:/root:/bin/bash",
                        "eve:x:" + STRANGER + ":" + STRANGER + "::/:/bin/sh",
                        "dan:x:" + SUDO_USER + ":" + SUDO_USER + "::/:/bin/sh",
                        "broken line"));
        Path group = Files.write(
                directory.resolve("group"),
                List.of("root:x:0:", "eve:x:" + STRANGER + ":", "dan:x:" + SUDO_USER + ":dan", "team:x:700:dan,eve"));
        trust = new Trust(Set.of(0, SUDO_USER), 0, new Accounts(passwd, group));
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static void owner(Path path, int uid) throws IOException {
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }

    private static void group(Path path, int gid) throws IOException {
        Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }

    private String fix() {
        return trust.look(file).map(Trust.Distrust::fix).orElse("");
    }

    @Test
    void aFileOfRootInDirectoriesOfRoot_isTrusted_alsoBelowAStickyDirectory() throws IOException {
        assertThat(trust.look(file)).isEmpty();
        Files.setAttribute(project, "unix:mode", 01777);
        assertThat(trust.look(file)).isEmpty();
    }

    @Test
    void aForeignFile_isRefusedWithItsOwnerAndTheCommand() throws IOException {
        owner(file, STRANGER);
        assertThatThrownBy(() -> trust.require(file, Category.USAGE))
                .isInstanceOfSatisfying(BelayException.class, e -> {
                    assertThat(e.category()).isEqualTo(Category.USAGE);
                    assertThat(e.what()).isEqualTo("cannot trust " + file);
                    assertThat(e.why()).contains("eve (uid " + STRANGER + ")");
                    assertThat(e.tryThis()).isEqualTo("chown root: " + file);
                });
    }

    @Test
    void aFileOfTheUserWhoCalledSudo_isTrusted() throws IOException {
        owner(file, SUDO_USER);
        owner(project, SUDO_USER);
        assertThat(trust.look(file)).isEmpty();
    }

    @Test
    void aFileThatEverybodyMayWrite_isRefused() throws IOException {
        mode(file, "rw-rw-rw-");
        assertThat(trust.look(file).orElseThrow().why()).contains("0666");
        assertThat(fix()).isEqualTo("chmod go-w " + file);
    }

    @Test
    void aDirectoryAboveThatEverybodyMayWrite_isRefused_butNotWhenItIsSticky() throws IOException {
        mode(project, "rwxrwxrwx");
        assertThat(trust.look(file).orElseThrow().why()).contains("the directory " + project);
        assertThat(fix()).isEqualTo("chmod go-w " + project);
        Files.setAttribute(project, "unix:mode", 01777);
        assertThat(trust.look(file)).isEmpty();
    }

    @Test
    void aForeignDirectoryAbove_isRefused_alsoForAFileThatIsNotThereYet() throws IOException {
        owner(project, STRANGER);
        assertThat(fix()).isEqualTo("chown root: " + project);
        assertThat(trust.look(project.resolve("missing/backups"))).isPresent();
    }

    @Test
    void aGroupThatMayWrite_isRefused_unlessItIsThatOfRootOrAPrivateOneOfATrustedUser() throws IOException {
        mode(file, "rw-rw-r--");
        assertThat(trust.look(file)).as("group root").isEmpty();
        group(file, SUDO_USER);
        assertThat(trust.look(file)).as("private group of the caller").isEmpty();
        group(file, STRANGER);
        assertThat(trust.look(file).orElseThrow().why()).contains("group eve");
        group(file, 700);
        assertThat(fix()).isEqualTo("chmod g-w " + file);
        group(file, 4242);
        assertThat(trust.look(file)).as("a group that nobody knows").isPresent();
    }

    @Test
    void aLink_isFollowed_andItsOwnDirectoryAndItsTargetAreLookedAt() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        mode(elsewhere, "rwxr-xr-x");
        Path target = Files.writeString(elsewhere.resolve("real.yml"), "");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("../elsewhere/./real.yml"));
        assertThat(trust.look(file)).isEmpty();
        owner(target, STRANGER);
        assertThat(trust.look(file).orElseThrow().why()).contains("its target " + target);
        owner(target, 0);
        mode(elsewhere, "rwxrwxrwx");
        assertThat(fix()).isEqualTo("chmod go-w " + elsewhere);
        mode(elsewhere, "rwxr-xr-x");
        owner(file, STRANGER);
        assertThat(fix()).isEqualTo("chown -h root: " + file);
    }

    @Test
    void aCircleOfLinks_isRefused() throws IOException {
        Files.delete(file);
        Files.createSymbolicLink(file, project.resolve("other"));
        Files.createSymbolicLink(project.resolve("other"), file);
        assertThat(trust.look(file)).isPresent();
    }

    @Test
    void whatThisProcessHasOpened_isNotAFileOfAnybody() {
        assertThat(trust.look(Path.of("/dev/stdin"))).isEmpty();
    }

    @Test
    void theCommandIsQuotedForTheShell() throws IOException {
        Path odd = Files.writeString(project.resolve("a $(touch x)'s.yml"), "");
        mode(odd, "rw-rw-rw-");
        Optional<String> fix = trust.look(odd).map(Trust.Distrust::fix);
        assertThat(fix).contains("chmod go-w '" + project + "/a $(touch x)'\\''s.yml'");
    }

    @Test
    void theCaller_isTheOneOfThisProcess_andSudoNamesAnother() throws IOException {
        owner(file, SUDO_USER);
        assertThat(Trust.ofCaller(Map.of()).look(file)).isPresent();
        assertThat(Trust.ofCaller(Map.of("SUDO_UID", "" + SUDO_USER)).look(file))
                .isEmpty();
    }
}
