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
            return ask(client, address).about(at);
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
        long millis = Math.max(left.toMillis() - RETURN.toMillis(), left.toMillis() / 2 + 1);
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
                .timeout(millis, TimeUnit.MILLISECONDS)
                .build();
    }

    private ProbeAnswer ask(MongoClient client, ConnectionString address) {
        Document hello = hello(client);
        boolean primary = hello.getBoolean("isWritablePrimary", hello.getBoolean("ismaster", false));
        if (!primary && !hello.getBoolean("secondary", false)) {
            return ProbeAnswer.failed("MongoDB is neither a primary nor a secondary", hello.toJson());
        }
        String found = "MongoDB says hello, as a " + (primary ? "primary" : "secondary");
        if (!spec.writeRead()) {
            return ProbeAnswer.ok(found, null);
        }
        String name = address.getDatabase();
        String fault = writeRead(client.getDatabase(name == null ? "belay" : name));
        return fault == null
                ? ProbeAnswer.ok(found + "; a document was written, read and deleted", null)
                : ProbeAnswer.failed(fault);
    }

    /** Servers before 4.4 know it by its former name only. */
    private static Document hello(MongoClient client) {
        MongoDatabase admin = client.getDatabase("admin");
        try {
            return admin.runCommand(new Document("hello", 1));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != COMMAND_NOT_FOUND) {
                throw e;
            }
            return admin.runCommand(new Document("isMaster", 1));
        }
    }

    private static @Nullable String writeRead(MongoDatabase database) {
        MongoCollection<Document> documents = database.getCollection(COLLECTION);
        String id = UUID.randomUUID().toString();
        Document key = new Document("_id", id);
        documents.insertOne(new Document("_id", id).append("from", "belay"));
        Document found = documents.find(key).first();
        long deleted = documents.deleteOne(key).getDeletedCount();
        if (found == null) {
            return "a document that was written is not found in " + database.getName() + "." + COLLECTION;
        }
        return deleted == 1 ? null : "a document that was written cannot be deleted";
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
