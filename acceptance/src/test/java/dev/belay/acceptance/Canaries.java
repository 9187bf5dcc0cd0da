package dev.belay.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A stack with twelve canary secrets in twelve places, whose containers, healthchecks, web pages and deployment command
 * say all of them whenever they are asked.
 */
final class Canaries implements AutoCloseable {
    static final List<String> PLACES = List.of(
            ".env",
            "--env-file",
            "env_file of a service",
            "environment in the compose file",
            "environment of Belay, through the compose file",
            "file of a Compose secret",
            "Compose secret from the environment",
            "content of a Compose config",
            "argument of a build",
            "command line of a container",
            "address of a check",
            "environment of the deployment command");

    /** Says all that the container knows, in its log, in its healthcheck and on its page, then serves. */
    private static final String COMPOSE = """
            services:
              app:
                image: ${IMAGE:-@good@}
                build: { context: ., args: { LICENCE: "@canary8@" } }
                init: true
                stop_grace_period: 1s
                env_file: app.env
                environment:
                  GREETING: "@canary3@"
                  PASSED: "${FROM_BELAY}"
                  SETTING: "${ENV_FILE_VALUE:-${DOT_ENV_VALUE:-}}"
                ports: [ "127.0.0.1:@port@:8080" ]
                volumes: [ "data:/data", "./say:/say:ro" ]
                secrets: [ pin, cert ]
                configs: [ { source: page, target: /page } ]
                command: [ "sh", "-c", "sh /say/all; sh /say/all > /www/all; exec /app.sh", "app", "--api-token", "@canary9@" ]
                healthcheck:
                  test: [ "CMD-SHELL", "sh /say/all; wget -qO /dev/null http://127.0.0.1:8080/health" ]
                  interval: 1s
                  timeout: 2s
                  retries: 2
            volumes: { data: {} }
            secrets: { pin: { file: ./pin.txt }, cert: { environment: APP_CERT } }
            configs: { page: { content: "title: @canary7@" } }
            """;

    private final Stack stack = Stack.create();
    private final List<String> values;
    private final Map<String, String> environment = new TreeMap<>();
    private final Map<String, String> said = new LinkedHashMap<>();
    private int runs;
    private int texts;

    Canaries() {
        values = PLACES.stream()
                .map(place -> "cnry" + PLACES.indexOf(place) + "x"
                        + UUID.randomUUID().toString().replace("-", "").substring(8))
                .toList();
        for (int i = 0; i < values.size(); i++) {
            stack.set("canary" + i, values.get(i));
        }
        environment.put("FROM_BELAY", values.get(4));
        environment.put("APP_CERT", values.get(6));
        environment.put("DEPLOY_TOKEN", values.get(11));
        String all = String.join("\n", values) + "\n" + String.join(" ", values) + "\n";
        stack.write(".env", "DOT_ENV_VALUE=@canary0@\n")
                .write("prod.env", "export ENV_FILE_VALUE='@canary1@'\nDOT_ENV_VALUE=@canary0@\n")
                .write("app.env", "APP_VALUE=@canary2@\n")
                .write("pin.txt", "@canary5@\n")
                .writeExactly("said", all)
                .write(
                        "say/all",
                        "env; cat /run/secrets/* /page; tr '\\0' '\\n' < /proc/1/cmdline\ncat <<'END'\n" + all
                                + "END\n")
                .write(
                        "release.sh",
                        "cat said; printenv DEPLOY_TOKEN; docker compose --env-file prod.env up -d; exit ${1:-0}\n")
                .write("compose.yaml", COMPOSE)
                .configure("""
                        backups:
                          directory: @backups@
                          keep: 50
                        verify:
                          attempts: 1
                          delay: 200ms
                          timeout: 3s
                          minHealthyTime: 500ms
                          healthyDeadline: 30s
                          checks:
                            - http: { url: "http://user:@canary10@@127.0.0.1:@port@/all", json: { status: ok } }
                              required: false
                            - name: health
                              http: { url: "http://127.0.0.1:@port@/health" }
                        """);
    }

    Stack stack() {
        return stack;
    }

    List<String> values() {
        return values;
    }

    /** Which release the compose file means from now on. */
    Canaries image(String release) {
        environment.put("IMAGE", Images.app(release));
        return this;
    }

    /** The variables of the environment that a run has. */
    Map<String, String> environment() {
        return environment;
    }

    /** What a run of Belay is started with: nothing is private by its umask. */
    List<String> command(String... args) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT,TERM",
                "bash",
                "-c",
                "umask 000; exec \"$@\"",
                "bash",
                Belay.launcher().toString(),
                "-v",
                "--env-file",
                "prod.env"));
        command.addAll(Arrays.asList(args));
        return command;
    }

    Program start(String... args) {
        return Program.start(stack.directory(), environment, command(args));
    }

    /** Runs it, and keeps in mind what it said. */
    Run run(String... args) {
        return heard(start(args).await());
    }

    Run heard(Run run) {
        runs++;
        String name = runs + ": " + String.join(" ", run.command().lines().toList());
        note(name + " (standard output)", run.out());
        note(name + " (standard error)", run.err());
        writtenForPeople().forEach((file, text) -> note(name + " (" + file + ")", text));
        return run;
    }

    private void note(String where, String text) {
        texts++;
        said.merge(where, text, String::concat);
    }

    int runs() {
        return runs;
    }

    int texts() {
        return texts;
    }

    /** Every place where a canary was seen, with what stood before it. */
    List<String> found() {
        List<String> found = new ArrayList<>();
        said.forEach((where, text) -> found.addAll(in(where, text)));
        return found;
    }

    List<String> in(String where, String text) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            int at = text.indexOf(values.get(i));
            if (at >= 0) {
                found.add(PLACES.get(i) + " in " + where + ": " + text.substring(Math.max(0, at - 120), at));
            }
        }
        return found;
    }

    /** Journals, reports and lists below the backup directory; not what is kept there as it was. */
    private Map<String, String> writtenForPeople() {
        Map<String, String> texts = new TreeMap<>();
        if (Files.isDirectory(stack.backups())) {
            try (Stream<Path> paths = Files.walk(stack.backups())) {
                for (Path path : paths.filter(Files::isRegularFile).toList()) {
                    String relative = stack.backups().relativize(path).toString();
                    boolean kept = relative.matches("\\.?[^/]*backup-\\d+-\\d+/.*|releases/.*|runs/[^/]*/failed/.*")
                            || relative.startsWith(".");
                    if (!kept) {
                        texts.put(relative, Files.readString(path));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return texts;
    }

    @Override
    public void close() {
        stack.close();
    }
}
