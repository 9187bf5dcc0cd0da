package dev.belay.verify;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import dev.belay.config.CheckSpec;
import dev.belay.config.HostAndPort;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.bson.Document;
import org.bson.UuidRepresentation;
import org.jspecify.annotations.Nullable;

/** Says hello to a MongoDB over its official driver, and where it is asked to, writes, reads and deletes a document. */
final class MongoProbe implements Probe {
    /** Held, so that what is set at it stays: the driver tells of each connection otherwise. */
    private static final Logger DRIVER = Logger.getLogger("org.mongodb.driver");

    private static final int COMMAND_NOT_FOUND = 59;
    /** The driver needs some of the time to come back. */
    private static final Duration RETURN = Duration.ofMillis(250);

    private static final String COLLECTION = "belay_probe";

    private final CheckSpec.MongoDb spec;
    private final String host;
    private final Duration timeout;
    private final LocalMachine machine;

    MongoProbe(CheckSpec.MongoDb spec, String host, Duration timeout, LocalMachine machine) {
        this.spec = spec;
        this.host = host;
        this.timeout = timeout;
        this.machine = machine;
    }

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        Deadline deadline = Deadline.in(timeout);
        DRIVER.setLevel(Level.OFF);
        ConnectionString address;
        try {
            address = new ConnectionString(HostAndPort.fill(machine.value(spec.uri()), host));
        } catch (ProbeException e) {
            return e.answer();
        } catch (IllegalArgumentException e) {
            return ProbeAnswer.inconclusive("the uri is no address of MongoDB: " + e.getMessage());
        } catch (MongoException e) {
            return ProbeAnswer.inconclusive("the uri cannot be resolved: " + e.getMessage());
        }
        String at = String.join(",", address.getHosts());
        try (MongoClient client = MongoClients.create(settings(address, deadline.left()))) {
            return ask(client, address, deadline).about(at);
        } catch (MongoTimeoutException e) {
            return unreachable(e, deadline).about(at);
        } catch (MongoException e) {
            return ProbeAnswer.failed("MongoDB answers: " + e.getMessage()).about(at);
        }
    }

    private static MongoClientSettings settings(ConnectionString address, Duration left) {
        // the members of a replica set call each other by names that this machine need not know
        boolean direct = address.getHosts().size() == 1
                && address.isDirectConnection() == null
                && address.getRequiredReplicaSetName() == null
                && !address.isSrvProtocol()
                && !Boolean.TRUE.equals(address.isLoadBalanced());
        long millis = usable(left);
        int connect = (int) Math.min(millis, Integer.MAX_VALUE);
        return MongoClientSettings.builder()
                .applyConnectionString(address)
                .applicationName("belay")
                .uuidRepresentation(UuidRepresentation.STANDARD)
                .applyToClusterSettings(cluster -> {
                    cluster.serverSelectionTimeout(millis, TimeUnit.MILLISECONDS);
                    if (direct) {
                        cluster.mode(com.mongodb.connection.ClusterConnectionMode.SINGLE);
                    }
                })
                .applyToSocketSettings(socket -> socket.connectTimeout(connect, TimeUnit.MILLISECONDS)
                        .readTimeout(connect, TimeUnit.MILLISECONDS))
                // it would go on for as long as there is time, and leave none to delete what was written
                .retryReads(false)
                .timeout(millis, TimeUnit.MILLISECONDS)
                .build();
    }

    private static long usable(Duration left) {
        return Math.max(left.toMillis() - RETURN.toMillis(), left.toMillis() / 2 + 1);
    }

    private ProbeAnswer ask(MongoClient client, ConnectionString address, Deadline deadline) {
        Document hello = hello(client.getDatabase("admin"), deadline);
        boolean primary = hello.getBoolean("isWritablePrimary", hello.getBoolean("ismaster", false));
        if (!primary && !hello.getBoolean("secondary", false)) {
            return ProbeAnswer.failed("MongoDB is neither a primary nor a secondary", hello.toJson());
        }
        String found = "MongoDB says hello, as a " + (primary ? "primary" : "secondary");
        if (!spec.writeRead()) {
            return ProbeAnswer.ok(found, null);
        }
        String name = address.getDatabase();
        String fault = writeRead(client.getDatabase(name == null ? "belay" : name), deadline);
        return fault == null
                ? ProbeAnswer.ok(found + "; a document was written, read and deleted", null)
                : ProbeAnswer.failed(fault);
    }

    /** Servers before 4.4 know it by its former name only. */
    private static Document hello(MongoDatabase admin, Deadline deadline) {
        try {
            return within(admin, deadline).runCommand(new Document("hello", 1));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != COMMAND_NOT_FOUND) {
                throw e;
            }
            return within(admin, deadline).runCommand(new Document("isMaster", 1));
        }
    }

    /** The timeout of the client begins anew with each operation; all of them have one attempt. */
    private static MongoDatabase within(MongoDatabase database, Deadline deadline) {
        return database.withTimeout(usable(deadline.left()), TimeUnit.MILLISECONDS);
    }

    private static MongoCollection<Document> documents(MongoDatabase database, Deadline deadline) {
        return within(database, deadline).getCollection(COLLECTION);
    }

    private static @Nullable String writeRead(MongoDatabase database, Deadline deadline) {
        String id = UUID.randomUUID().toString();
        Document key = new Document("_id", id);
        Document found = null;
        long deleted = 0;
        RuntimeException failure = null;
        try {
            documents(database, deadline).insertOne(new Document("_id", id).append("from", "belay"));
            found = documents(database, deadline).find(key).first();
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        } finally {
            // also after a failed insertion: it may have been its answer only that did not come
            deleted = delete(database, key, deadline, failure);
        }
        if (found == null) {
            return "a document that was written is not found in " + database.getName() + "." + COLLECTION;
        }
        return deleted == 1 ? null : "a document that was written cannot be deleted";
    }

    /** @param before a failure that is told rather than one of the deletion; null for none */
    private static long delete(
            MongoDatabase database, Document key, Deadline deadline, @Nullable RuntimeException before) {
        try {
            return documents(database, deadline).deleteOne(key).getDeletedCount();
        } catch (MongoException e) {
            if (before == null) {
                throw e;
            }
            before.addSuppressed(e);
            return 0;
        }
    }

    /** What kept it from the server is in the words of the driver's description of the cluster. */
    private static ProbeAnswer unreachable(MongoTimeoutException failure, Deadline deadline) {
        String said = String.valueOf(failure.getMessage());
        if (said.contains("UnknownHostException")) {
            return ProbeAnswer.inconclusive("the name cannot be resolved");
        }
        if (said.contains("NoRouteToHostException") || said.contains("unreachable")) {
            return ProbeAnswer.inconclusive("there is no way to it from here");
        }
        if (said.contains("Connection refused")) {
            return ProbeAnswer.nobody("connection refused");
        }
        if (said.contains("MongoSecurityException")) {
            return ProbeAnswer.failed("MongoDB does not let the user in");
        }
        return ProbeAnswer.failed("no answer" + deadline.within());
    }
}
