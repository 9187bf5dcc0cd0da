package dev.belay.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.NavigableSet;
import org.junit.jupiter.api.Test;

/** Much of the Compose specification at once: what comes back is what ran, to the last field. */
class LosslessTest {
    private static final String FILE = """
            x-quick: &quick
              image: @image@
              init: true
              stop_grace_period: 1s
              environment: { GREETING: "@greeting@" }
              command: [ "sleep", "1000000" ]

            services:
              gateway:
                <<: *quick
                hostname: gate
                domainname: example.test
                networks:
                  front: { ipv4_address: 10.213.50.10, aliases: [ www, gate.internal ] }
                  back: { aliases: [ gate ] }
                ports: [ "127.0.0.1:@port@:8080", "127.0.0.1:@port2@:5353/udp" ]
                expose: [ "9090" ]
                extra_hosts: [ "elsewhere:10.1.2.3", "host.docker.internal:host-gateway" ]
                dns: [ 10.9.9.9 ]
                dns_search: [ example.test ]
                dns_opt: [ "ndots:2" ]
                sysctls: { net.core.somaxconn: "1024", net.ipv4.ip_unprivileged_port_start: "0" }
                ulimits: { nofile: { soft: 2048, hard: 4096 }, nproc: 512 }
                cap_add: [ NET_ADMIN ]
                cap_drop: [ MKNOD ]
                security_opt: [ "no-new-privileges:true" ]
                labels: { tier: edge, "odd.label": "with $$dollar and \\"quotes\\"" }
                logging: { driver: json-file, options: { max-size: 1m, max-file: "2", tag: "{{.Name}}" } }
                restart: unless-stopped
              worker:
                <<: *quick
                scale: 3
                user: "1000:1000"
                group_add: [ "2000" ]
                working_dir: /tmp
                tmpfs: [ "/scratch:size=1m,mode=1777", /run ]
                shm_size: 32m
                read_only: true
                stop_signal: SIGINT
                networks: [ back ]
                logging: { driver: local }
                deploy: { resources: { limits: { cpus: "0.5", memory: 64M, pids: 50 }, reservations: { memory: 16M } } }
              sidecar:
                <<: *quick
                network_mode: "service:gateway"
                pid: "service:gateway"
                ipc: "service:shared"
                depends_on: { gateway: { condition: service_started } }
              shared:
                <<: *quick
                ipc: shareable
                devices: [ "/dev/null:/dev/belay-null:rw", "/dev/zero:/dev/belay-zero" ]
                device_cgroup_rules: [ "c 1:3 rwm" ]
                oom_score_adj: 100
                mem_swappiness: 10
                tty: true
                stdin_open: true
                entrypoint: [ "/bin/sh", "-c" ]
                command: [ "exec sleep 1000000" ]
                volumes: [ { type: tmpfs, target: /memory, tmpfs: { size: 1048576, mode: 448 } } ]
                networks:
                  default:
                  front: { link_local_ips: [ 169.254.8.8 ] }
              store:
                <<: *quick
                networks: [ back ]
                volumes:
                  - named:/named
                  - type: volume
                    source: named
                    target: /part
                    read_only: true
                    volume: { nocopy: true }
                  - /anonymous
                  - ./site:/site:ro
                  - { type: bind, source: ./rw, target: /rw, bind: { propagation: private, create_host_path: true } }
                  - in-memory:/volatile
                configs:
                  - plain
                  - { source: plain, target: /etc/other.conf, mode: 0440 }
                secrets: [ token ]
                healthcheck: { test: [ "CMD-SHELL", "test -d /named" ], interval: 1s, timeout: 2s, retries: 3, start_period: 1s }
              reader:
                <<: *quick
                networks: [ back ]
                volumes_from: [ "store:ro" ]
                links: [ "store:shop" ]
                mac_address: 02:42:0a:d5:33:99
                depends_on: { store: { condition: service_healthy } }
                healthcheck: { disable: true }
              alone:
                <<: *quick
                network_mode: none
                cgroup_parent: belay-acc
              on-host:
                <<: *quick
                network_mode: host
                pid: host
                uts: host
              debug:
                <<: *quick
                profiles: [ debug ]
                env_file: [ debug.env ]
                environment: { EMPTY: "", MULTI: "two\\nlines" }

            networks:
              front: { ipam: { config: [ { subnet: 10.213.50.0/24, gateway: 10.213.50.1 } ] }, labels: { side: front } }
              back:
                internal: true
                driver_opts: { com.docker.network.bridge.enable_icc: "true" }
                name: @project@-own-name
            volumes:
              named: { labels: { keep: "yes" } }
              in-memory: { driver_opts: { type: tmpfs, device: tmpfs, o: "size=1m" } }
            configs: { plain: { file: ./plain.conf } }
            secrets: { token: { file: ./token.txt } }
            """;

    private static Stack stack() {
        Stack stack = Stack.create();
        try {
            stack.write("plain.conf", "key=value\n")
                    .write("token.txt", "s3cret\n")
                    .write("debug.env", "LEVEL=trace\n")
                    .write("site/index.html", "hello\n")
                    .write("rw/file", "original\n");
            stack.describe(FILE).compose("--profile", "debug", "up", "-d");
            stack.exec("store", "sh", "-c", "echo a > /named/file; echo b > /anonymous/file");
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
    }

    private static void assertNothingDiffers(Stack stack, NavigableSet<String> before) {
        assertThat(InspectDocuments.difference(before, stack.documents())).isEmpty();
        assertThat(DryRun.changes(stack, "--profile", "debug")).isEmpty();
        assertThat(stack.exec("store", "cat", "/named/file", "/anonymous/file", "/rw/file"))
                .isEqualTo("a\nb\noriginal");
        assertThat(stack.exec("store", "cat", "/run/secrets/token", "/etc/other.conf"))
                .isEqualTo("s3cret\nkey=value");
    }

    @Test
    void aReleaseThatReplacesEveryContainer_isUndoneToTheLastField() {
        try (Stack stack = stack()) {
            NavigableSet<String> before = stack.documents();
            Run backup = stack.belay("backup");
            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            stack.release(Images.app(Images.BROKEN), "broken").compose("--profile", "debug", "up", "-d");
            stack.exec("store", "sh", "-c", "echo X > /named/file; echo X > /anonymous/file; echo X > /rw/file");
            assertThat(stack.documents()).isNotEqualTo(before);

            Run rollback = stack.belay("rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertNothingDiffers(stack, before);
        }
    }

    @Test
    void everythingTakenDownWithItsVolumes_comesBackToTheLastField() {
        try (Stack stack = stack()) {
            NavigableSet<String> before = stack.documents();
            Run backup = stack.belay("backup");
            assertThat(backup.exitCode()).as(backup.describe()).isZero();
            stack.compose("--profile", "debug", "down", "-v");
            assertThat(stack.containers()).isEmpty();

            Run rollback = stack.belay("rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertNothingDiffers(stack, before);
        }
    }

    @Test
    void configsAndSecretsThatComposeCopiesIntoTheContainer_areThereAgain() {
        String file = """
                services:
                  app:
                    image: @image@
                    init: true
                    stop_grace_period: 1s
                    environment: { GREETING: "@greeting@" }
                    configs: [ { source: inline, target: /etc/app.conf } ]
                    secrets: [ password ]
                configs: { inline: { content: "colour=@greeting@" } }
                secrets: { password: { environment: PASSWORD } }
                """;
        try (Stack stack = Stack.create()) {
            stack.describe(file).compose(Map.of("PASSWORD", "old-password"), "up", "-d");
            assertThat(stack.exec("app", "cat", "/etc/app.conf", "/run/secrets/password"))
                    .isEqualTo("colour=helloold-password");
            assertThat(stack.belay(Map.of("PASSWORD", "new-password"), "backup").exitCode())
                    .isZero();
            stack.releaseBroken().compose(Map.of("PASSWORD", "new-password"), "up", "-d");

            Run rollback = stack.belay("rollback");

            assertThat(rollback.exitCode()).as(rollback.describe()).isZero();
            assertThat(stack.exec("app", "cat", "/etc/app.conf", "/run/secrets/password"))
                    .isEqualTo("colour=helloold-password");
        }
    }
}
