package dev.belay.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.config.Configuration.Compression;
import dev.belay.os.Processes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TreeTest {
    @TempDir
    Path directory;

    private final Tree tree = new Tree(new Processes());

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aTreeComesBackWithItsAttributes(Compression compression) throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        Files.writeString(source.resolve("a\nb"), "newline in the name");
        Files.createLink(source.resolve("hard"), source.resolve("a\nb"));
        Files.createSymbolicLink(source.resolve("dangling"), Path.of("/nowhere/at/all"));
        Files.createDirectory(source.resolve("empty"));
        Files.setPosixFilePermissions(source.resolve("empty"), PosixFilePermissions.fromString("r-x--x--x"));
        FileTime time = FileTime.from(Instant.parse("2001-02-03T04:05:06.123456789Z"));
        Files.setLastModifiedTime(source.resolve("a\nb"), time);
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxr-x--x"));

        Path target = Files.createDirectory(directory.resolve("target"));
        byte[] packed = pack(source, compression);
        try (InputStream in = Codec.decompress("x" + Codec.extension(compression), new ByteArrayInputStream(packed))) {
            tree.unpack(in, Allowance.unlimited(), target);
        }

        assertThat(target.resolve("a\nb")).hasContent("newline in the name");
        assertThat(Files.getAttribute(target.resolve("hard"), "unix:ino"))
                .isEqualTo(Files.getAttribute(target.resolve("a\nb"), "unix:ino"));
        assertThat(Files.readSymbolicLink(target.resolve("dangling"))).isEqualTo(Path.of("/nowhere/at/all"));
        assertThat(Files.getLastModifiedTime(target.resolve("a\nb"))).isEqualTo(time);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve("empty"))))
                .isEqualTo("r-x--x--x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rwxr-x--x");
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aTruncatedArchiveIsRefused(Compression compression) throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        byte[] noise = new byte[200_000];
        new java.util.Random(7).nextBytes(noise);
        Files.write(source.resolve("noise"), noise);
        byte[] packed = pack(source, compression);
        Path target = Files.createDirectory(directory.resolve("target"));

        byte[] cut = Arrays.copyOf(packed, packed.length / 2);
        assertThatThrownBy(() -> {
                    try (InputStream in =
                            Codec.decompress("x" + Codec.extension(compression), new ByteArrayInputStream(cut))) {
                        tree.unpack(in, Allowance.unlimited(), target);
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void aTreeIsMeasuredWithoutItsHolesAndWithItsSocketsNamed() throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        try (var channel = java.nio.channels.FileChannel.open(
                source.resolve("sparse"),
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap("end".getBytes(StandardCharsets.UTF_8)), 1L << 30);
        }
        try (var server = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            server.bind(java.net.UnixDomainSocketAddress.of(source.resolve("s.sock")));

            Tree.Size size = tree.measure(source);

            assertThat(size.bytes()).isLessThan(1 << 20);
            assertThat(size.entries()).isEqualTo(3);
            assertThat(size.sockets()).containsExactly("s.sock");
        }
    }

    @Test
    void aTreeThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> tree.measure(directory.resolve("missing"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> tree.pack(directory.resolve("missing"), false, OutputStream.nullOutputStream()))
                .isInstanceOf(IOException.class);
    }

    private byte[] pack(Path source, Compression compression) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = Codec.compress(compression, bytes)) {
            tree.pack(source, false, out);
        }
        return bytes.toByteArray();
    }
}
