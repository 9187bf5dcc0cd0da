package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/** A database under load is the honest test of a copy: it knows whether its own sums are right. */
class PostgresTest {
    /** Settings that make checkpoints and recycled log segments frequent: where careless copies break. */
    private static final String FILE = """
            services:
              db:
                image: @postgres@
                init: true
                stop_grace_period: 3s
                shm_size: 256m
                command: [ "-c", "max_wal_size=32MB", "-c", "min_wal_size=32MB", "-c", "checkpoint_timeout=30s",
                           "-c", "synchronous_commit=off", "-c", "checkpoint_completion_target=0.1" ]
                healthcheck:
                  test: [ "CMD", "psql", "-h", "/tmp", "-U", "postgres", "-tAc", "select 1" ]
                  interval: 500ms
                  timeout: 5s
                  retries: 40
                volumes: [ "db:/var/lib/postgresql/data" ]
              load:
                image: @postgres@
                init: true
                stop_grace_period: 1s
                entrypoint: [ "sh", "-c", "while true; do pgbench -n -h db -U postgres -c 2 -T 1000 postgres; sleep 0.2; done" ]
                depends_on: { db: { condition: service_healthy } }
              app:
                image: @image@
                init: true
                stop_grace_period: 1s
                environment: { GREETING: "@greeting@" }
                healthcheck:
                  test: [ "CMD", "wget", "-qO", "/dev/null", "http://127.0.0.1:8080/health" ]
                  interval: 1s
                  timeout: 1s
                  retries: 2
            volumes: { db: {} }
            """;

    private static final String SUMS =
            "select (select sum(abalance) from pgbench_accounts), (select sum(bbalance) from pgbench_branches),"
                    + " (select sum(delta) from pgbench_history)";

    static Stack underLoad() {
        Stack stack = Stack.create();
        try {
            stack.set("postgres", Images.postgres()).describe(FILE);
            stack.compose("up", "-d", "db");
            awaitUp(stack.container("db"), Duration.ofSeconds(40));
            Docker.get(
                    "exec",
                    stack.container("db"),
                    "pgbench",
                    "-h",
                    "/tmp",
                    "-U",
                    "postgres",
                    "-i",
                    "-q",
                    "-s",
                    "5",
                    "postgres");
            stack.compose("up", "-d");
            awaitProgress(stack);
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }

    static Run sql(String container, String statement) {
        return Docker.run(
                "exec", container, "psql", "-h", "/tmp", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-tAc", statement);
    }

    static void awaitUp(String container, Duration limit) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(200))
                .atMost(limit)
                .until(() -> sql(container, "select 1").exitCode() == 0);
    }

    static long transactions(Stack stack) {
        return Long.parseLong(sql(stack.container("db"), "select count(*) from pgbench_history")
                .succeeded()
                .trimmed());
    }

    /** Until the load has done something since now. */
    static void awaitProgress(Stack stack) {
        long start = transactions(stack);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(20))
                .until(() -> transactions(stack) > start + 500);
    }

    /** One statement, so one snapshot: the load may run on. */
    static boolean sumsAgree(String container) {
        Run run = sql(container, SUMS);
        List<String> sums = List.of(run.trimmed().split("\\|", -1));
        return run.exitCode() == 0
                && sums.size() == 3
                && sums.stream().distinct().count() == 1;
    }

    @Test
    void underLoad_fiveFailedDeploysOutOfFive_giveAConsistentDatabaseBack() {
        try (Stack stack = underLoad()) {
            String good = stack.imageOf("app");
            for (int round = 1; round <= 5; round++) {
                long before = transactions(stack);
                stack.release(Images.app(Images.BROKEN), "round " + round);

                Run deploy = stack.belay("deploy");

                assertThat(deploy.exitCode())
                        .as("round %d: %s", round, deploy.describe())
                        .isEqualTo(3);
                assertThat(stack.imageOf("app")).isEqualTo(good);
                awaitUp(stack.container("db"), Duration.ofSeconds(20));
                assertThat(sumsAgree(stack.container("db")))
                        .as(
                                "round %d: %s",
                                round, sql(stack.container("db"), SUMS).describe())
                        .isTrue();
                assertThat(transactions(stack))
                        .as("what was committed before is there")
                        .isGreaterThanOrEqualTo(before);
                awaitProgress(stack);
            }
        }
    }

    /** The negative control: on the same load, the copy of today's scripts gives a database that is wrong or dead. */
    @Test
    void underLoad_aPlainTarOfTheLiveDirectory_doesNot() throws IOException {
        try (Stack stack = underLoad()) {
            boolean failed = false;
            for (int attempt = 1; attempt <= 4 && !failed; attempt++) {
                Path archive = stack.root().resolve("live.tar");
                slowTar(stack.volume("db"), archive);
                String copy = stack.project() + "-copy-" + attempt;
                Docker.get("volume", "create", copy);
                Path restored = Path.of(Docker.get("volume", "inspect", "--format", "{{.Mountpoint}}", copy));
                Program.run("tar", "-xpf", archive.toString(), "-C", restored.toString())
                        .succeeded();
                Files.deleteIfExists(restored.resolve("postmaster.pid"));
                Docker.get("run", "-d", "--name", copy, "-v", copy + ":/var/lib/postgresql/data", Images.postgres());
                try {
                    awaitUp(copy, Duration.ofSeconds(8));
                    failed = !sumsAgree(copy);
                } catch (ConditionTimeoutException e) {
                    failed = true;
                }
                Docker.get("rm", "-f", "-v", copy);
            }
            assertThat(failed)
                    .as("the load is heavy enough to tell a good copy from a bad one")
                    .isTrue();
        }
    }

    /** As fast as a busy disk: about 30 MB/s. */
    private static void slowTar(Path directory, Path archive) throws IOException {
        Process tar = new ProcessBuilder("tar", "-C", directory.toString(), "-cf", "-", ".")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream in = tar.getInputStream();
                OutputStream out = Files.newOutputStream(archive)) {
            byte[] buffer = new byte[1 << 20];
            for (int n = in.readNBytes(buffer, 0, buffer.length); n > 0; n = in.readNBytes(buffer, 0, buffer.length)) {
                out.write(buffer, 0, n);
                Thread.sleep(33);
            }
            tar.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
