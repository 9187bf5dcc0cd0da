package dev.belay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Reads {@code verify.checks}: what each type may be told, and what it must be.
 */
final class CheckSettings {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final int MOST_EXIT_CODE = 255;
    private static final String ADDRESS = "write \"{host}:PORT\"";

    /** Where relative paths start. */
    private final Path start;

    private final HttpSettings http;
    private final Map<String, Type> types = new LinkedHashMap<>();

    /**
     * One type of check.
     *
     * @param example what to write
     * @param read from the item and what all checks have but for the name, which is empty where none is given
     */
    private record Type(String example, BiFunction<Section, Named, Optional<CheckSpec>> read) {}

    /** Makes the common part once the type knows what it would be called. */
    private record Named(Optional<String> name, CheckSpec.Common common) {
        CheckSpec.Common or(String otherwise) {
            return new CheckSpec.Common(
                    name.orElse(otherwise), common.required(), common.attempts(), common.delay(), common.timeout());
        }
    }

    CheckSettings(Path start) {
        this.start = start;
        this.http = new HttpSettings(start);
        types.put("http", new Type("http: {url: ...}", this::http));
        types.put("disk", new Type("disk: {path: /, max: 90%}", this::disk));
        types.put("tcp", new Type("tcp: {address: \"{host}:PORT\"}", this::tcp));
        types.put("dns", new Type("dns: {name: ...}", this::dns));
        types.put("exec", new Type("exec: {service: ..., command: [...]}", this::exec));
        types.put("command", new Type("command: [...]", this::command));
        types.put("log", new Type("log: {service: ..., mustNotMatch: ...}", this::log));
        types.put("memory", new Type("memory: {maxUsed: 90%}", this::memory));
        types.put("prometheus", new Type("prometheus: {url: ..., query: ..., max: ...}", this::prometheus));
        types.put("mongodb", new Type("mongodb: {uri: ...}", this::mongodb));
        types.put("postgres", new Type("postgres: {address: \"{host}:5432\"}", this::postgres));
        types.put("redis", new Type("redis: {address: \"{host}:6379\"}", this::redis));
    }

    /** @return the default checks where the section has none */
    List<CheckSpec> read(Section verify) {
        if (!verify.has("checks")) {
            return List.of(new CheckSpec.Disk("disk /", true, "/", 90));
        }
        List<CheckSpec> checks = new ArrayList<>();
        Map<String, String> places = new HashMap<>();
        for (Section item : verify.sections("checks")) {
            check(item).ifPresent(check -> {
                String first = places.putIfAbsent(check.name(), item.where("name"));
                if (first != null) {
                    item.problem(
                            "name",
                            "another check is called `" + check.name() + "`, at " + first,
                            "give each check a name of its own");
                }
                checks.add(check);
            });
            item.end();
        }
        return List.copyOf(checks);
    }

    private Optional<CheckSpec> check(Section item) {
        Optional<String> name = item.text("name");
        CheckSpec.Common common = new CheckSpec.Common(
                "",
                item.bool("required", true),
                item.optionalInteger("attempts", 1, 1000).orElse(null),
                item.optionalDuration("delay", Duration.ZERO).orElse(null),
                item.optionalDuration("timeout", SHORTEST).orElse(null));
        // every type is asked for, so that each is known where an unknown key is reported
        List<String> given = types.keySet().stream().filter(item::has).toList();
        if (given.size() != 1) {
            item.problem(
                    given.isEmpty()
                            ? "does not say what to check"
                            : "is more than one check: " + String.join(", ", given),
                    given.isEmpty()
                            ? "write one of "
                                    + types.values().stream().map(Type::example).collect(Collectors.joining(", "))
                            : "write each with a - of its own");
            return Optional.empty();
        }
        Type type = types.get(given.get(0));
        return type == null ? Optional.empty() : type.read().apply(item, new Named(name, common));
    }

    private Optional<CheckSpec> http(Section item, Named named) {
        return http.http(item, named::or);
    }

    private Optional<CheckSpec> prometheus(Section item, Named named) {
        return http.prometheus(item, named::or);
    }

    private Optional<CheckSpec> disk(Section item, Named named) {
        Section disk = item.section("disk");
        Optional<String> path = disk.text("path");
        Optional<Integer> max = disk.percent("max");
        Optional<Integer> inodes = disk.percent("inodes");
        Optional<Long> minFree = disk.size("minFree");
        disk.end();
        if (!disk.has("path") || !(disk.has("max") || disk.has("inodes") || disk.has("minFree"))) {
            item.problem("disk", "needs a path and a max, inodes or minFree", "write `disk: {path: /, max: 90%}`");
        }
        if (path.isPresent() && !path.get().startsWith("/")) {
            disk.problem("path", "`" + path.get() + "` is not absolute", "write it from / on");
        }
        return path.map(at -> new CheckSpec.Disk(
                named.or("disk " + at), Path.of(at), max.orElse(null), inodes.orElse(null), minFree.orElse(null)));
    }

    private Optional<CheckSpec> memory(Section item, Named named) {
        Section memory = item.section("memory");
        Optional<Integer> max = memory.percent("maxUsed");
        Optional<Long> min = memory.size("minAvailable");
        memory.end();
        if (!memory.has("maxUsed") && !memory.has("minAvailable")) {
            item.problem("memory", "has no bound", "write `memory: {maxUsed: 90%}` or `memory: {minAvailable: 500MB}`");
        }
        return Optional.of(new CheckSpec.Memory(named.or("memory"), max.orElse(null), min.orElse(null)));
    }

    private Optional<CheckSpec> tcp(Section item, Named named) {
        Section tcp = item.section("tcp");
        Optional<String> address = address(item, tcp, "tcp");
        tcp.end();
        return address.map(at -> new CheckSpec.Tcp(named.or("tcp " + at), at));
    }

    private Optional<CheckSpec> dns(Section item, Named named) {
        Section dns = item.section("dns");
        Optional<String> domain = required(item, dns, "dns", "name", "write `dns: {name: www.example.com}`");
        Optional<String> resolver = dns.text("resolver");
        List<String> expect = dns.textOrTexts("expect");
        dns.end();
        for (String address : expect) {
            if (!address.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
                dns.problem(
                        "expect", "`" + address + "` is no IP address", "write it such as 192.0.2.1 or 2001:db8::1");
            }
        }
        return domain.map(d -> new CheckSpec.Dns(named.or("dns " + d), d, resolver.orElse(null), List.copyOf(expect)));
    }

    private Optional<CheckSpec> exec(Section item, Named named) {
        Section exec = item.section("exec");
        String fix = "write `exec: {service: db, command: [psql, -c, \"select 1\"]}`";
        Optional<String> service = required(item, exec, "exec", "service", fix);
        List<String> command = argv(exec, "command");
        int exitCode = exec.integer("exitCode", 0, MOST_EXIT_CODE, 0);
        Optional<String> match = exec.pattern("match");
        exec.end();
        if (!exec.has("command")) {
            item.problem("exec", "has no command", fix);
        }
        return service.filter(s -> !command.isEmpty())
                .map(s -> new CheckSpec.Exec(
                        named.or("exec " + s + " " + command.get(0)), s, command, exitCode, match.orElse(null)));
    }

    private Optional<CheckSpec> command(Section item, Named named) {
        if (item.isList("command")) {
            List<String> argv = argv(item, "command");
            return argv.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new CheckSpec.Command(named.or("command " + argv.get(0)), argv, 0, null));
        }
        Section command = item.section("command");
        List<String> argv = argv(command, "argv");
        int exitCode = command.integer("exitCode", 0, MOST_EXIT_CODE, 0);
        Optional<String> match = command.pattern("match");
        command.end();
        if (!command.has("argv")) {
            item.problem("command", "has no argv", "write `command: [/usr/local/bin/smoke-test, \"{host}\"]`");
        }
        return argv.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new CheckSpec.Command(named.or("command " + argv.get(0)), argv, exitCode, match.orElse(null)));
    }

    private static List<String> argv(Section section, String key) {
        List<String> argv = section.texts(key);
        if (section.isList(key) && argv.isEmpty()) {
            section.problem(key, "is empty", "write the program and its arguments: [curl, -f, \"http://{host}/\"]");
        }
        return List.copyOf(argv);
    }

    private Optional<CheckSpec> log(Section item, Named named) {
        Section log = item.section("log");
        String fix = "write `log: {service: api, mustNotMatch: \"ERROR|panic\"}`";
        Optional<String> service = required(item, log, "log", "service", fix);
        Optional<String> must = log.pattern("mustMatch");
        Optional<String> mustNot = log.pattern("mustNotMatch");
        log.end();
        if (!log.has("mustMatch") && !log.has("mustNotMatch")) {
            item.problem("log", "has neither mustMatch nor mustNotMatch", fix);
        }
        return service.map(s -> new CheckSpec.Log(named.or("log " + s), s, must.orElse(null), mustNot.orElse(null)));
    }

    private Optional<CheckSpec> mongodb(Section item, Named named) {
        Section mongodb = item.section("mongodb");
        Optional<GivenText> uri = mongodb.given("uri", "uri", start);
        boolean writeRead = mongodb.bool("writeRead", false);
        mongodb.end();
        if (!mongodb.has("uri")) {
            item.problem("mongodb", "has no uri", "write `mongodb: {uri: \"mongodb://{host}:27017\"}`");
        }
        if (uri.isPresent()
                && uri.get() instanceof GivenText.Written written
                && !written.secret().value().matches("mongodb(\\+srv)?://.+")) {
            mongodb.problem("uri", "is no address of MongoDB", "write \"mongodb://{host}:27017\"");
        }
        return uri.map(u -> new CheckSpec.MongoDb(named.or("mongodb"), u, writeRead));
    }

    private Optional<CheckSpec> postgres(Section item, Named named) {
        Section postgres = item.section("postgres");
        Optional<String> address = address(item, postgres, "postgres");
        Optional<String> user = postgres.text("user");
        Optional<String> database = postgres.text("database");
        postgres.end();
        if (database.isPresent() && user.isEmpty()) {
            postgres.problem("database", "is given without a user", "write the user that connects to it");
        }
        return address.map(
                at -> new CheckSpec.Postgres(named.or("postgres " + at), at, user.orElse(null), database.orElse(null)));
    }

    private Optional<CheckSpec> redis(Section item, Named named) {
        Section redis = item.section("redis");
        Optional<String> address = address(item, redis, "redis");
        Optional<String> user = redis.text("user");
        Optional<GivenText> password = redis.given("password", "password", start);
        redis.end();
        if (user.isPresent() && !redis.has("password")) {
            redis.problem("user", "is given without a password", "write `password: {env: REDIS_PASSWORD}`");
        }
        return address.map(
                at -> new CheckSpec.Redis(named.or("redis " + at), at, user.orElse(null), password.orElse(null)));
    }

    private static Optional<String> required(Section item, Section section, String type, String key, String fix) {
        Optional<String> text = section.text(key);
        if (!section.has(key)) {
            item.problem(type, "has no " + key, fix);
        }
        return text;
    }

    private static Optional<String> address(Section item, Section section, String type) {
        Optional<String> address = required(item, section, type, "address", ADDRESS);
        if (address.isPresent()
                && HostAndPort.parse(address.get().replace("{host}", "localhost"))
                        .isEmpty()) {
            section.problem("address", "`" + address.get() + "` is not a host and a port", ADDRESS);
        }
        return address;
    }
}
