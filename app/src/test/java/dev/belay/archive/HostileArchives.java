package dev.belay.archive;

import static dev.belay.archive.TarBuilder.header;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Archives made to write outside of the directory that they are unpacked into, or to be read differently by whoever checks
 * them and whoever unpacks them.
 */
public final class HostileArchives {
    private HostileArchives() {}

    /**
     * @param canary a directory with a file {@code secret}, two levels above of where the archives are unpacked: what
     *     they are after. Its own name is {@code canary}
     */
    public static Map<String, byte[]> all(Path canary) {
        Map<String, byte[]> all = new LinkedHashMap<>();
        names(all, canary.toString());
        links(all, canary.toString());
        kinds(all, canary.toString());
        hiddenNames(all, canary.toString());
        formats(all);
        return all;
    }

    private static TarBuilder tar() {
        return new TarBuilder().directory("./");
    }

    private static void names(Map<String, byte[]> all, String canary) {
        all.put("absolute name", tar().file(canary + "/planted", "x").end());
        all.put("parent in front", tar().file("../../canary/planted", "x").end());
        all.put(
                "parent in the middle",
                tar().directory("foo/").file("foo/../../../canary/planted", "x").end());
        all.put("parent at the end", tar().directory("foo/").directory("foo/..").end());
        all.put("parent behind a dot", tar().file("./../../canary/planted", "x").end());
        all.put(
                "dot in the middle",
                tar().directory("foo/").file("foo/./x", "x").end());
        all.put("empty name", tar().file("", "x").end());
        all.put(
                "empty name in the middle",
                tar().directory("foo/").file("foo//x", "x").end());
        all.put(
                "name of 256 bytes",
                tar().gnuLong('L', "x".repeat(256))
                        .add(header("x", '0', 0).gnu())
                        .end());
        all.put(
                "10,000 levels deep",
                tar().gnuLong('L', "d/".repeat(10_000))
                        .add(header("d", '5', 0).gnu())
                        .end());
        all.put("slash behind a file", tar().file("x/", "").end());
        all.put("below what is not there", tar().file("missing/x", "x").end());
        all.put("below a file", tar().file("x", "x").file("x/y", "y").end());
    }

    private static void links(Map<String, byte[]> all, String canary) {
        all.put(
                "link, then through it",
                tar().symlink("s", "../../canary").file("s/planted", "x").end());
        all.put(
                "absolute link, then through it",
                tar().symlink("s", canary).file("s/planted", "x").end());
        all.put(
                "link inside, then through it",
                tar().directory("d/").symlink("s", "d").file("s/x", "x").end());
        all.put(
                "link in place of a directory",
                tar().directory("d/")
                        .symlink("d", canary)
                        .file("d/planted", "x")
                        .end());
        all.put(
                "link in place of the root",
                new TarBuilder().symlink("./", canary).file("./planted", "x").end());
        all.put(
                "link in place of a file, then written",
                tar().file("f", "x")
                        .symlink("f", canary + "/secret")
                        .file("f", "overwritten")
                        .end());
        all.put(
                "hard link to an absolute name",
                tar().hardLink("h", canary + "/secret").end());
        all.put(
                "hard link through a parent",
                tar().hardLink("h", "../../canary/secret").end());
        all.put(
                "hard link below a link",
                tar().symlink("s", canary).hardLink("h", "s/secret").end());
        all.put(
                "hard link to a link, then through it",
                tar().symlink("s", canary)
                        .hardLink("h", "s")
                        .file("h/planted", "x")
                        .end());
        all.put(
                "hard link to a directory",
                tar().directory("d/").hardLink("h", "d").end());
        all.put(
                "hard link to what comes later",
                tar().hardLink("h", "f").file("f", "x").end());
        all.put(
                "hard link with content",
                tar().file("f", "x")
                        .add(header("h", '1', 1).link("f"))
                        .raw(new byte[512])
                        .end());
        all.put("hard link to the root", tar().hardLink("h", "./").end());
    }

    private static void kinds(Map<String, byte[]> all, String canary) {
        all.put(
                "character device",
                tar().add(header("null", '3', 0).device(1, 3)).end());
        all.put("block device", tar().add(header("disk", '4', 0).device(254, 0)).end());
        all.put("file twice", tar().file("f", "x").file("./f", "y").end());
        all.put("directory twice", tar().directory("d/").directory("d").end());
        all.put("root twice", tar().directory(".").end());
        all.put("contiguous file", tar().add(header("f", '7', 0)).end());
        all.put("multi-volume member", tar().add(header("f", 'M', 0).gnu()).end());
        all.put(
                "dumped directory",
                tar().add(header("d/", 'D', 3).gnu())
                        .content(new byte[] {'N', 'x', 0})
                        .end());
        all.put("volume label", tar().add(header("label", 'V', 0).gnu()).end());
        all.put("unknown type", tar().add(header("f", 'Z', 0)).end());
        all.put(
                "Solaris pax header",
                tar().pax('X', "path=" + canary + "/planted").file("f", "x").end());
        all.put(
                "dumped directory in a pax header",
                tar().pax('x', "GNU.dumpdir=Nx").directory("d/").end());
    }

    private static void hiddenNames(Map<String, byte[]> all, String canary) {
        all.put(
                "NUL in a pax path",
                tar().pax('x', "path=safe\0/../../x").file("f", "x").end());
        all.put(
                "evil pax path",
                tar().pax('x', "path=../../canary/planted").file("safe", "x").end());
        all.put(
                "evil pax link",
                tar().file("f", "x")
                        .pax('x', "linkpath=" + canary + "/secret")
                        .hardLink("h", "f")
                        .end());
        all.put(
                "evil global pax path",
                tar().pax('g', "path=" + canary + "/planted").file("safe", "x").end());
        all.put(
                "evil name of a sparse file",
                tar().pax(
                                'x',
                                "GNU.sparse.major=1",
                                "GNU.sparse.minor=0",
                                "GNU.sparse.name=../../canary/planted",
                                "GNU.sparse.realsize=1")
                        .add(header("safe", '0', 513))
                        .content("1\n0\n1\n".getBytes(StandardCharsets.US_ASCII))
                        .content(new byte[] {'x'})
                        .end());
        all.put(
                "evil long name",
                tar().gnuLong('L', "../../canary/planted")
                        .add(header("safe", '0', 0).gnu())
                        .end());
        all.put(
                "long name that goes on behind its size",
                tar().directory("safe/")
                        .add(header("././@LongLink", 'L', 6).gnu())
                        .content("safe/../../../canary/planted".getBytes(StandardCharsets.US_ASCII))
                        .add(header("x", '0', 0).gnu())
                        .end());
        all.put(
                "evil long link",
                tar().file("f", "x")
                        .gnuLong('K', canary + "/secret")
                        .add(header("h", '1', 0).link("f").gnu())
                        .end());
        all.put(
                "pax path twice",
                tar().pax('x', "path=a", "path=b").file("f", "x").end());
        all.put(
                "two pax headers",
                tar().pax('x', "path=a").pax('x', "path=b").file("f", "x").end());
        all.put(
                "pax header and long name",
                tar().pax('x', "path=a")
                        .gnuLong('L', "b")
                        .add(header("f", '0', 0).gnu())
                        .end());
        all.put(
                "something behind the end of a name",
                tar().add(header("safe", '0', 0).put(0, 100, "safe\0/../../x")).end());
    }

    private static void formats(Map<String, byte[]> all) {
        TarBuilder.Header negative = header("f", '0', 0);
        negative.bytes[124] = (byte) 0xff;
        Arrays.fill(negative.bytes, 125, 136, (byte) 0xff);
        all.put("negative size", tar().add(negative).end());
        TarBuilder.Header huge = header("f", '0', 0);
        Arrays.fill(huge.bytes, 124, 136, (byte) 0xff);
        huge.bytes[124] = (byte) 0x80;
        all.put("size beyond 63 bits", tar().add(huge).end());
        all.put(
                "huge pax size",
                tar().pax('x', "size=99999999999999999").file("f", "x").end());
        all.put(
                "pax size beyond 63 bits",
                tar().pax('x', "size=99999999999999999999").file("f", "x").end());
        all.put("cut off", tar().add(header("f", '0', 4096)).raw(new byte[1024]).bytes());
        all.put("without an end", tar().file("f", "x").bytes());
        all.put(
                "one empty block, then more",
                tar().raw(new byte[512]).file("f", "x").end());
        all.put(
                "a second archive behind the end",
                new TarBuilder()
                        .raw(tar().end())
                        .raw(tar().file("f", "x").end())
                        .bytes());
        byte[] wrong = header("f", '0', 0).sealed();
        wrong[0] ^= 1;
        all.put("wrong checksum", tar().raw(wrong).end());
        all.put(
                "pax record that is too long",
                tar().add(header("x", 'x', 12))
                        .content("99 path=abc\n".getBytes(StandardCharsets.US_ASCII))
                        .file("f", "x")
                        .end());
        all.put(
                "pax header of 1 GB",
                tar().add(header("x", 'x', 1L << 30)).raw(new byte[4096]).bytes());
        all.put(
                "long name of 1 GB",
                tar().add(header("x", 'L', 1L << 30).gnu()).raw(new byte[4096]).bytes());
        all.put(
                "sparse file whose regions are more than its content",
                tar().pax(
                                'x',
                                "GNU.sparse.major=1",
                                "GNU.sparse.minor=0",
                                "GNU.sparse.name=f",
                                "GNU.sparse.realsize=100000")
                        .add(header("f", '0', 512))
                        .content("1\n0\n100000\n".getBytes(StandardCharsets.US_ASCII))
                        .end());
    }
}
