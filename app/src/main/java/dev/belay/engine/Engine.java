package dev.belay.engine;

import dev.belay.os.Bell;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What Belay needs of a container engine, in Belay's words. Documents are the engine's own, without loss.
 *
 * <p>Every method throws {@link dev.belay.error.BelayException} with category ENGINE_UNREACHABLE when no connection
 * can be made, and ENGINE_FAILED when the engine refuses; "not found" is an empty result where the type has one.
 * Removing, stopping, starting, pausing or thawing what already is in that state succeeds; a container that is gone is
 * stopped and thawed. A thread that is interrupted may still call, so that a run that is being ended can thaw.
 */
public interface Engine extends AutoCloseable {
    EngineInfo info();

    /** Containers with the Compose label of this project, in every state, one-off runs left out, sorted by name. */
    List<ContainerDocument> containers(String project);

    /** Every container of the engine that is up. */
    List<ContainerDocument> runningContainers();

    /** Names of the Compose projects that have a container, sorted. */
    List<String> projects();

    Optional<ContainerDocument> container(String idOrName);

    /** Networks with the Compose label of this project, sorted by name. */
    List<NetworkDocument> networks(String project);

    /** By exact name or ID. */
    Optional<NetworkDocument> network(String nameOrId);

    /** Volumes with the Compose label of this project, sorted by name. */
    List<VolumeDocument> volumes(String project);

    Optional<VolumeDocument> volume(String name);

    Optional<ImageDocument> image(String idOrReference);

    /**
     * Writes an archive that {@code docker load} reads.
     *
     * @param references tags, which come back with the image, or IDs, with which it comes back without a tag
     */
    void saveImages(List<String> references, OutputStream out);

    void loadImages(InputStream tar);

    /** @param tag {@code repository:tag}; moved when it points elsewhere */
    void tag(String imageId, String tag);

    /**
     * Takes the tag away when the image stays all the same: another tag points at it, or a container that is up uses it.
     * Otherwise the tag stays too, because an engine deletes an image with its last tag.
     */
    void untag(String tag);

    /** Every tag of this repository, sorted. */
    List<String> tags(String repository);

    /**
     * Takes the tag away, and the image with its last one. When the image has no other tag and a container has been made
     * from it, running or not, of whatever project, the tag stays.
     *
     * @return whether the image went too
     */
    boolean discardTag(String tag);

    void pause(String id);

    void unpause(String id);

    /** @param grace time before the engine kills it; null for the container's own stop timeout */
    void stop(String id, @org.jspecify.annotations.Nullable Duration grace);

    void start(String id);

    /**
     * @param body the engine's create document
     * @return the ID of the new container
     */
    String createContainer(String name, ObjectNode body);

    /**
     * Reads one file out of a container, in whatever state it is.
     *
     * @param path absolute
     * @return a tar archive that holds it under its full path, with owner and mode; empty when there is no such file
     */
    Optional<byte[]> readFile(String id, String path);

    /**
     * Puts a file into a container, in whatever state it is; directories on the way are made.
     *
     * @param tar from {@link #readFile}; anything but a plain archive of one file is refused
     */
    void writeFile(String id, byte[] tar);

    /** Removes the container, killing it if it runs; its volumes stay, anonymous ones too. */
    void removeContainer(String id);

    /** @param endpoint the engine's endpoint settings document */
    void connect(String networkId, String containerId, ObjectNode endpoint);

    void disconnect(String networkId, String containerId);

    /** @return the ID of the new network */
    String createNetwork(ObjectNode body);

    void removeNetwork(String id);

    void createVolume(ObjectNode body);

    /**
     * @param tail how many of the last lines
     * @return standard output and standard error, in order; empty when its logging driver is none
     */
    default String logs(String id, int tail) {
        return logs(id, tail, Instant.EPOCH);
    }

    /** @param since what was said before is left out */
    String logs(String id, int tail, Instant since);

    /**
     * Runs a program in a container that is up, beside what it runs, with its user, directory and environment.
     *
     * @param argv not interpreted by any shell
     * @param longest how long it may take
     * @return its exit code and up to 64 KiB of what it said; a program that is not there has the exit code 126 or 127
     */
    ExecResult exec(String id, List<String> argv, Duration longest);

    /**
     * How containers of this project have ended since then, oldest first, also those that run again. The engine
     * remembers only the last events of all, so that what is long ago may be missing.
     */
    default List<ContainerEnd> ends(String project, Instant since) {
        return List.of();
    }

    /**
     * From now on the bell rings when something happens to a container of this project, so that nobody has to ask again
     * and again. It tells nothing more: whoever it wakes looks for himself. It also rings when the listening begins, for
     * what happened before. Whatever goes wrong with the listening fails nobody and makes nobody wait for ever: what was
     * to be heard may then not be heard, and the listening begins again.
     */
    Events watch(String project, Bell bell);

    /** Listening, until it is closed. */
    interface Events extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * How often the engine was found away since this object was made: nothing listened, or the connection broke in the
     * middle of a call. Where the number has grown, what was seen before may not be true any more.
     */
    default int outages() {
        return 0;
    }

    /**
     * Waits for an engine that is away, such as one that is being restarted.
     *
     * @param patience zero to ask once
     * @return whether it answers
     */
    default boolean awaitAnswer(Duration patience) throws InterruptedException {
        return true;
    }

    @Override
    void close();
}
