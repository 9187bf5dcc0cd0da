package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** The images of one test run: made here, needing no registry. */
final class Images implements AutoCloseable {
    /** A web server whose {@code /health} answers; it writes its release into {@code /data/starts} when it starts. */
    static final String GOOD = "good";
    /** The same without {@code /health}; when it starts it also damages {@code /data/schema}. */
    static final String BROKEN = "broken";

    private static final String REPOSITORY = Names.unique();

    /** @param release {@link #GOOD} or {@link #BROKEN} */
    static String app(String release) {
        return REPOSITORY + "/app:" + release;
    }

    private static String postgresTag() {
        return REPOSITORY + "/postgres:15";
    }

    /** Where downloads are kept from one run to the next. */
    static Path cache() {
        String base = System.getenv("XDG_CACHE_HOME");
        return (base == null || base.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base))
                .resolve("belay-test");
    }

    static Images create() {
        build(app(GOOD), GOOD);
        build(app(BROKEN), BROKEN);
        return new Images();
    }

    /** @return the tag of an image with PostgreSQL, made at its first use */
    static String postgres() {
        if (!Docker.exists("image", postgresTag())) {
            downloads();
            Docker.get(
                    "import",
                    "--change=ENV PGDATA=/var/lib/postgresql/data",
                    "--change=USER 999:999",
                    "--change=ENTRYPOINT [\"/entry.sh\"]",
                    cache().resolve("postgres.tar").toString(),
                    postgresTag());
        }
        return postgresTag();
    }

    /** A program from a Debian package that this machine need not have: {@code setfacl}, {@code docker-registry}. */
    static Path tool(String path) {
        downloads();
        return cache().resolve("tools").resolve(path);
    }

    private static void downloads() {
        try {
            Path script = Path.of(Images.class.getResource("/debian-rootfs.sh").toURI());
            Program.run("bash", script.toString(), cache().toString()).succeeded();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Makes an image with its own ID, also when another one has the same content. The tag is given to it afterwards: an
     * engine with containerd's image store keeps the image that had the tag when the tag is moved, but not when an
     * import replaces it.
     *
     * @return the image ID
     */
    static String build(String tag, String release) {
        try {
            Path root = Files.createTempDirectory("belay-acc-image");
            write(root, release);
            String id = Program.run(
                            root,
                            Map.of(),
                            java.util.List.of("bash", "-euo", "pipefail", "-c", """
                                    busybox --install -s bin
                                    rm -f bin/busybox && cp -L "$(command -v busybox)" bin/busybox
                                    for link in bin/*; do [[ -L $link ]] && ln -sfn busybox "$link"; done
                                    tar -c --numeric-owner --owner=0 --group=0 . | docker import \
                                        --change="ENV RELEASE=$1 PATH=/bin" --change='CMD ["/app.sh"]' \
                                        --change='EXPOSE 8080' --change="LABEL made-by-test=$2" -
                                    """, "build", release, tag))
                    .succeeded()
                    .trimmed();
            Docker.get("tag", id, tag);
            Program.run("rm", "-rf", root.toString()).succeeded();
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path root, String release) throws IOException {
        for (String directory : new String[] {"bin", "etc", "tmp", "proc", "sys", "dev", "data", "www"}) {
            Files.createDirectories(root.resolve(directory));
        }
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\napp:x:1000:1000:app:/:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\napp:x:1000:\n");
        boolean broken = release.equals(BROKEN);
        if (!broken) {
            Files.writeString(
                    root.resolve("www/health"), "{\"status\":\"ok\",\"database\":{\"status\":\"connected\"}}\n");
        }
        Path script = root.resolve("app.sh");
        Files.writeString(script, """
                #!/bin/sh
                echo "$RELEASE" >> /data/starts
                %s
                exec httpd -f -p 8080 -h /www
                """.formatted(
                        broken
                                ? "echo 'damaged by the broken release' > /data/schema\n"
                                        + "echo 'cannot serve: column users.email does not exist' >&2"
                                : "echo 'serving'"));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Override
    public void close() {
        for (String tag : Docker.lines("images", "--format", "{{.Repository}}:{{.Tag}}", REPOSITORY + "/*")) {
            Docker.run("rmi", "-f", tag);
        }
    }
}
