package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.Configuration;
import dev.belay.config.HostAndPort;
import dev.belay.engine.Engine;
import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.time.Duration;
import java.util.Optional;

/** Makes the probe of each check. A class that a probe needs is loaded where the probe is made, and nowhere else. */
final class ProbeFactory {
    private final Engine engine;
    private final LocalMachine machine;
    private final Scope scope;
    private final Configuration.Verify policy;

    /** @param needsContainers not tried before the containers have started, which is no failure of the probe */
    record Made(Probe probe, boolean needsContainers) {}

    ProbeFactory(Engine engine, LocalMachine machine, Scope scope, Configuration.Verify policy) {
        this.engine = engine;
        this.machine = machine;
        this.scope = scope;
        this.policy = policy;
    }

    /** Of one attempt of this check. */
    Duration timeout(CheckSpec check) {
        Duration own = check.common().timeout();
        return own == null ? policy.timeout() : own;
    }

    /**
     * @return empty when the check applies to this machine only, and another one is verified
     * @throws BelayException USAGE when the host makes no address of what the check says
     */
    Optional<Made> make(CheckSpec check) {
        Optional<Probe> local = ofThisMachine(check, timeout(check));
        if (local.isPresent()) {
            boolean waits = !(check instanceof CheckSpec.Disk || check instanceof CheckSpec.Memory);
            return appliesHere(check)
                    ? Optional.of(new Made(local.get(), waits && scope.thisMachine()))
                    : Optional.empty();
        }
        return Optional.of(new Made(ofAnyHost(check, timeout(check)), scope.thisMachine()));
    }

    private boolean appliesHere(CheckSpec check) {
        return scope.thisMachine()
                || (check instanceof CheckSpec.Command command
                        && command.argv().stream().anyMatch(word -> word.contains("{host}")));
    }

    private Optional<Probe> ofThisMachine(CheckSpec check, Duration timeout) {
        if (check instanceof CheckSpec.Disk disk) {
            return Optional.of(new DiskProbe(disk, timeout, machine));
        } else if (check instanceof CheckSpec.Memory memory) {
            return Optional.of(new MemoryProbe(memory, MemoryProbe.MEMINFO));
        } else if (check instanceof CheckSpec.Command command) {
            return Optional.of(CommandProbe.of(command, scope.host(), timeout, machine));
        } else if (check instanceof CheckSpec.Exec exec) {
            return Optional.of(new ExecProbe(exec, engine, scope.project(), timeout));
        } else if (check instanceof CheckSpec.Log log) {
            return Optional.of(new LogProbe(log, engine, scope.project(), timeout));
        }
        return Optional.empty();
    }

    private Probe ofAnyHost(CheckSpec check, Duration timeout) {
        String host = scope.host();
        if (check instanceof CheckSpec.Http http) {
            return new HttpProbe(http, host, timeout, machine);
        } else if (check instanceof CheckSpec.Prometheus prometheus) {
            return new PrometheusProbe(prometheus, host, timeout, machine);
        } else if (check instanceof CheckSpec.Tcp tcp) {
            return new TcpProbe(tcp, target(tcp.address()), timeout);
        } else if (check instanceof CheckSpec.Dns dns) {
            return DnsProbe.of(dns, host, timeout);
        } else if (check instanceof CheckSpec.MongoDb mongodb) {
            return new MongoProbe(mongodb, host, timeout, machine);
        } else if (check instanceof CheckSpec.Postgres postgres) {
            return new PostgresProbe(postgres, target(postgres.address()), timeout);
        } else if (check instanceof CheckSpec.Redis redis) {
            return new RedisProbe(redis, target(redis.address()), timeout, machine);
        }
        throw new IllegalArgumentException("no probe for " + check.name());
    }

    private HostAndPort target(String address) {
        String full = HostAndPort.fill(address, scope.host());
        return HostAndPort.parse(full)
                .orElseThrow(() -> new BelayException(
                        Category.USAGE,
                        "cannot check " + full,
                        "it is no valid address",
                        "Give HOST as a host name or an address, without a port"));
    }
}
