package dev.belay.lint;

import dev.belay.project.Service;
import dev.belay.project.ServiceMount;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An image that is known to keep data.
 *
 * @param directories where; where there is more than one, it depends on a version that is not known
 */
record Database(String name, List<Directory> directories) {
    /**
     * @param data where the files are
     * @param volume what the image itself declares to be a volume; it hides a mount further up
     */
    record Directory(String data, String volume) {}

    private static final Map<String, Directory> KNOWN = Map.ofEntries(
            Map.entry("mongo", both("/data/db")),
            Map.entry("mysql", both("/var/lib/mysql")),
            Map.entry("mariadb", both("/var/lib/mysql")),
            Map.entry("percona", both("/var/lib/mysql")),
            Map.entry("redis", both("/data")),
            Map.entry("valkey", both("/data")),
            Map.entry("couchdb", both("/opt/couchdb/data")),
            Map.entry("cassandra", both("/var/lib/cassandra")),
            Map.entry("neo4j", both("/data")),
            Map.entry("rabbitmq", both("/var/lib/rabbitmq")),
            Map.entry("clickhouse-server", both("/var/lib/clickhouse")),
            Map.entry("elasticsearch", new Directory("/usr/share/elasticsearch/data", "")),
            Map.entry("opensearch", new Directory("/usr/share/opensearch/data", "")),
            Map.entry("bitnami/postgresql", new Directory("/bitnami/postgresql", "")),
            Map.entry("bitnami/mongodb", new Directory("/bitnami/mongodb", "")),
            Map.entry("bitnami/mysql", new Directory("/bitnami/mysql/data", "")),
            Map.entry("bitnami/mariadb", new Directory("/bitnami/mariadb", "")),
            Map.entry("bitnami/redis", new Directory("/bitnami/redis/data", "")));

    private static final List<String> POSTGRES = List.of("postgres", "postgis", "timescaledb", "pgvector");
    private static final String POSTGRES_HOME = "/var/lib/postgresql";
    /** From here on the image keeps the data of each major version in a directory of its own. */
    private static final int POSTGRES_WITH_VERSIONS = 18;

    private static Directory both(String path) {
        return new Directory(path, path);
    }

    /** Empty when the image is none, or the service keeps nothing. */
    static Optional<Database> of(Service service) {
        ImageName image = ImageName.of(service.image());
        if (POSTGRES.contains(image.software())) {
            return Optional.of(new Database("PostgreSQL", postgres(service, image)));
        }
        Directory known = KNOWN.get(image.organisationAndSoftware());
        if (known == null && !image.repository().contains("bitnami/")) {
            known = KNOWN.get(image.software());
        }
        boolean redis = image.software().equals("redis") || image.software().equals("valkey");
        if (known == null || (redis && onlyCache(Server.words(service)))) {
            return Optional.empty();
        }
        Directory directory = known;
        return Optional.of(new Database(
                image.software(),
                List.of(chosen(Server.words(service))
                        .map(data -> new Directory(data, directory.volume()))
                        .orElse(directory))));
    }

    /** Where the command says that the data is. */
    private static Optional<String> chosen(List<String> command) {
        for (int i = 0; i < command.size(); i++) {
            String[] option = command.get(i).split("=", 2);
            if (List.of("--dbpath", "--datadir", "--dir").contains(option[0])) {
                String value = option.length > 1 ? option[1] : i + 1 < command.size() ? command.get(i + 1) : "";
                return Optional.of(value).filter(v -> v.startsWith("/"));
            }
        }
        return Optional.empty();
    }

    private static List<Directory> postgres(Service service, ImageName image) {
        Directory upTo17 = both(POSTGRES_HOME + "/data");
        Directory from18 = new Directory(
                POSTGRES_HOME + "/" + Math.max(image.major(), POSTGRES_WITH_VERSIONS) + "/docker", POSTGRES_HOME);
        String chosen = service.environment().getOrDefault("PGDATA", "");
        List<Directory> all = image.major() >= POSTGRES_WITH_VERSIONS
                ? List.of(from18)
                // An image without a version in its tag, or of another project's own numbers, may be either.
                : image.major() >= 8 ? List.of(upTo17) : List.of(upTo17, from18);
        return chosen.isEmpty()
                ? all
                : all.stream().map(d -> new Directory(chosen, d.volume())).toList();
    }

    /** A Redis that was told to keep nothing, or to throw away what is used least. */
    private static boolean onlyCache(List<String> command) {
        List<String> words = new ArrayList<>();
        command.forEach(w -> words.addAll(List.of(w.split(" ", -1))));
        // It keeps a log of every write then, whatever it saves besides.
        boolean appends = value(words, "--appendonly").map("yes"::equals).orElse(false);
        if (appends) {
            return false;
        }
        boolean never = value(words, "--save").map(String::isEmpty).orElse(false);
        return never || words.stream().anyMatch(w -> w.startsWith("allkeys-") || w.startsWith("volatile-"));
    }

    /** What the last such option says, without quotes. */
    private static Optional<String> value(List<String> words, String option) {
        int at = words.lastIndexOf(option);
        return at < 0 || at + 1 >= words.size()
                ? Optional.empty()
                : Optional.of(words.get(at + 1).replaceAll("[\"']", "").toLowerCase(Locale.ROOT));
    }

    /** The mount in which the data really is; empty when it is in none. */
    Optional<ServiceMount> mount(List<ServiceMount> mounts) {
        for (Directory directory : directories) {
            Optional<ServiceMount> deepest = mounts.stream()
                    .filter(m -> within(directory.data(), m.target()))
                    .max(Comparator.comparingInt(m -> m.target().length()));
            boolean hidden = deepest.isPresent()
                    && !directory.volume().isEmpty()
                    && within(directory.data(), directory.volume())
                    && directory.volume().length()
                            > clean(deepest.get().target()).length();
            if (deepest.isPresent() && !hidden) {
                return deepest;
            }
        }
        return Optional.empty();
    }

    String data() {
        return directories.get(0).data();
    }

    private static boolean within(String path, String directory) {
        String top = clean(directory);
        return path.equals(top) || path.startsWith(top.equals("/") ? top : top + "/");
    }

    static String clean(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
