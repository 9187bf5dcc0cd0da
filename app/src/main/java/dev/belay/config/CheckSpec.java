package dev.belay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One check that the user asked for. In every text that says where a probe goes, {@code {host}} is the host verified. */
public sealed interface CheckSpec {
    /** What a check has whatever it asks. */
    Common common();

    /** Unique among the checks of a project. */
    default String name() {
        return common().name();
    }

    /** When false, a failure is only a warning. */
    default boolean required() {
        return common().required();
    }

    /**
     * @param attempts of this check, at least 1; null for those of {@code verify}, likewise {@code delay} between two
     *     attempts and {@code timeout} of one
     */
    record Common(
            String name,
            boolean required,
            @Nullable Integer attempts,
            @Nullable Duration delay,
            @Nullable Duration timeout) {
        public static Common of(String name, boolean required) {
            return new Common(name, required, null, null, null);
        }
    }

    /**
     * @param json dotted path in the JSON body, to the expected value as text or to a comparison such as {@code >= 3}
     * @param match a pattern that must be found in the body; null for any, likewise {@code notMatch} that must not
     * @param maxLatency from the connection to the last byte; null for any within the timeout
     */
    record Http(
            Common common,
            HttpCall call,
            Statuses status,
            Map<String, String> json,
            @Nullable String match,
            @Nullable String notMatch,
            @Nullable Duration maxLatency)
            implements CheckSpec {

        /** A plain GET. */
        public Http(String name, boolean required, String url, int status, Map<String, String> json, boolean insecure) {
            this(
                    Common.of(name, required),
                    HttpCall.get(url, status / 100 != 3, insecure),
                    Statuses.of(status),
                    json,
                    null,
                    null,
                    null);
        }
    }

    /**
     * @param query asked of the HTTP API; null where the URL is that of plain metrics, of which {@code metric} is looked
     *     at, by its name and as many labels as are given
     * @param min the least that every value may be; null for any, likewise {@code max} the most
     */
    record Prometheus(
            Common common,
            HttpCall call,
            @Nullable String query,
            @Nullable String metric,
            @Nullable Double min,
            @Nullable Double max)
            implements CheckSpec {}

    /** @param address host and port */
    record Tcp(Common common, String address) implements CheckSpec {}

    /**
     * @param resolver address of the name server, with or without a port; null for the machine's own resolver
     * @param expect addresses that must be among the answers; empty for any
     */
    record Dns(Common common, String domain, @Nullable String resolver, List<String> expect) implements CheckSpec {}

    /** In every container of the service. */
    record Exec(
            Common common,
            String service,
            List<String> command,
            int exitCode,
            @Nullable String match) implements CheckSpec {}

    /** On this machine, without a shell. */
    record Command(
            Common common,
            List<String> argv,
            int exitCode,
            @Nullable String match) implements CheckSpec {}

    /** Of every container of the service since its start; one of the patterns is not null. */
    record Log(
            Common common,
            String service,
            @Nullable String mustMatch,
            @Nullable String mustNotMatch) implements CheckSpec {}

    /**
     * One of the bounds is not null.
     *
     * @param maxPercent used space above this fails, 1 to 100
     * @param maxInodesPercent likewise of inodes
     * @param minFree bytes that must be left
     */
    record Disk(
            Common common,
            Path path,
            @Nullable Integer maxPercent,
            @Nullable Integer maxInodesPercent,
            @Nullable Long minFree)
            implements CheckSpec {

        /** Of used space alone. */
        public Disk(String name, boolean required, String path, int maxPercent) {
            this(Common.of(name, required), Path.of(path), maxPercent, null, null);
        }
    }

    /**
     * One of the bounds is not null.
     *
     * @param maxUsedPercent of the memory of this machine that programs hold and would not give back, 1 to 100
     * @param minAvailable bytes that a program could still have without swapping
     */
    record Memory(
            Common common,
            @Nullable Integer maxUsedPercent,
            @Nullable Long minAvailable) implements CheckSpec {}

    /** @param writeRead a document is written, read and deleted too */
    record MongoDb(Common common, GivenText uri, boolean writeRead) implements CheckSpec {}

    /** @param user null where it is enough that connections are accepted, likewise {@code database} */
    record Postgres(
            Common common,
            String address,
            @Nullable String user,
            @Nullable String database) implements CheckSpec {}

    /** @param password null where none is given */
    record Redis(
            Common common,
            String address,
            @Nullable String user,
            @Nullable GivenText password) implements CheckSpec {}
}
