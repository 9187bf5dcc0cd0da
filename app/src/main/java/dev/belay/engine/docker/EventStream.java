package dev.belay.engine.docker;

import dev.belay.engine.Engine;
import dev.belay.os.Bell;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Listens to the engine's events on a connection of its own, read by a thread of its own, and rings for whatever comes:
 * what an event says is not read, because a look at the containers tells it better. A stream that breaks is opened again.
 */
final class EventStream implements Engine.Events {
    private static final Logger LOG = System.getLogger(EventStream.class.getName());
    private static final long RETRY_MILLIS = 250;
    /** What a look can tell apart; without the runs of healthchecks, which come all the time. */
    private static final List<String> KINDS = List.of(
            "create",
            "start",
            "restart",
            "die",
            "oom",
            "stop",
            "health_status",
            "pause",
            "unpause",
            "rename",
            "destroy");

    private final Api api;
    private final Target target;
    private final Bell bell;
    private final Thread thread;
    private UnixHttp.@Nullable Response response;
    private boolean closed;

    private EventStream(Api api, Target target, Bell bell) {
        this.api = api;
        this.target = target;
        this.bell = bell;
        this.thread = new Thread(this::listen, "belay-events");
        thread.setDaemon(true);
    }

    /** @param label of the containers that are listened to */
    static EventStream open(Api api, String label, Bell bell) {
        ObjectNode filters = JsonMapper.shared().createObjectNode();
        filters.putArray("type").add("container");
        filters.putArray("label").add(label);
        KINDS.forEach(filters.putArray("event")::add);
        EventStream stream = new EventStream(api, Target.of("events").with("filters", filters.toString()), bell);
        stream.thread.start();
        return stream;
    }

    private void listen() {
        try {
            while (!isClosed()) {
                try {
                    readToTheEnd();
                } catch (IOException e) {
                    LOG.log(Level.DEBUG, "the engine's events ended", e);
                }
                if (!isClosed()) {
                    Thread.sleep(RETRY_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            // closed: nobody listens any more
            Thread.currentThread().interrupt();
        }
    }

    private void readToTheEnd() throws IOException {
        // The engine answers before it listens itself: what happens in between comes by "since".
        Instant now = Instant.now();
        String since = String.format(Locale.ROOT, "%d.%09d", now.getEpochSecond(), now.getNano());
        try (UnixHttp.Response opened = api.listen(target.with("since", since))) {
            if (!keep(opened)) {
                return;
            }
            if (opened.status() != 200) {
                throw new IOException("the engine answered " + opened.status());
            }
            ring();
            try {
                InputStream body = opened.body();
                byte[] buffer = new byte[8 * 1024];
                while (body.read(buffer) >= 0) {
                    ring();
                }
            } finally {
                // An engine that goes away does something to the containers.
                ring();
            }
        }
    }

    /** @return false when it is closed already, so that nobody else will close what was just opened */
    private synchronized boolean keep(UnixHttp.Response opened) {
        response = opened;
        return !closed;
    }

    /** Nobody who has closed it is woken any more. */
    private synchronized void ring() {
        if (!closed) {
            bell.ring();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Returns at once: the thread ends by itself, because its connection is gone. */
    @Override
    public synchronized void close() {
        closed = true;
        // Wakes it wherever it waits: an interrupt closes a channel that is being read.
        thread.interrupt();
        if (response != null) {
            try {
                response.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "closing the engine's events", e);
            }
        }
    }
}
