package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.NetworkBody;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.VolumeDocument;
import dev.belay.step.Schedule;
import dev.belay.step.Step;
import dev.belay.store.Manifest;
import dev.belay.store.Manifest.ContainerEntry;
import dev.belay.store.Manifest.DataSetEntry;
import dev.belay.store.Manifest.FileEntry;
import dev.belay.store.Manifest.ImageEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Works out what differs between a restore point and what is there, and which steps lead back. */
public final class Planner {
    private final RestoreContext context;
    private final Manifest manifest;
    private final RollbackOptions options;
    private final List<ContainerDocument> present;
    private final List<ContainerEntry> targets;
    private final List<DataSetEntry> data;
    private final Set<String> recreated = new HashSet<>();

    private Planner(RestoreContext context, RollbackOptions options) {
        this.context = context;
        this.manifest = context.point.manifest();
        this.options = options;
        this.present = context.engine.containers(manifest.project());
        this.targets = manifest.containers().stream()
                .filter(c -> options.covers(c.service()))
                .toList();
        this.data = options.keepData()
                ? List.of()
                : manifest.dataSets().stream()
                        .filter(d -> d.services().stream().anyMatch(options::covers))
                        .toList();
    }

    /**
     * Touches nothing; refuses what could only be done by half.
     *
     * @param thorough looks at every entry of the standbys; otherwise only whether they are there
     */
    public static RollbackPlan plan(RestoreContext context, RollbackOptions options, boolean thorough)
            throws InterruptedException {
        Planner planner = new Planner(context, options);
        new DataSources(context, thorough).choose(planner.data);
        Refusals.check(context, options, planner.data, planner.present);
        return planner.plan();
    }

    private RollbackPlan plan() {
        findRecreated();
        List<ContainerDocument> leaving = present.stream()
                .filter(c -> options.covers(c.service()))
                .filter(c -> recreated.contains(c.name())
                        || targets.stream().noneMatch(t -> t.name().equals(c.name())))
                .toList();
        Set<String> stopping = stopping(leaving);

        List<Step> prepare = new ArrayList<>();
        List<ImageEntry> images = images();
        LoadImages.each(context, images).forEach(load -> addIfNeeded(prepare, load));
        for (VolumeDocument volume : volumes()) {
            prepare.add(new RestoreVolume(context, volume));
        }
        List<UnpackData> unpacking = new ArrayList<>();
        Map<DataSetEntry, Step> dataSteps = new LinkedHashMap<>();
        for (DataSetEntry dataSet : data) {
            if (LivePath.isMountPoint(Path.of(LivePath.of(context, dataSet)))) {
                prepare.add(new CheckArchive(context, dataSet));
                dataSteps.put(dataSet, new RestoreInPlace(context, dataSet));
            } else if (context.standby(dataSet).isPresent()) {
                dataSteps.put(dataSet, new SwapData(context, dataSet));
            } else {
                UnpackData unpack = new UnpackData(context, dataSet);
                unpacking.add(unpack);
                dataSteps.put(dataSet, new SwapData(context, dataSet));
            }
        }
        prepare.addAll(unpacking);

        Schedule change = new Schedule();
        Map<String, Step> outOfTheWay = addStopAndRemove(change, stopping, leaving);
        addData(change, dataSteps, outOfTheWay);
        addTagsAndFiles(change, images, dataSteps);
        // From here on nothing of what was there is in the way any more, and everything that a container is made of is
        // back.
        change.thenOnly();
        networks().forEach(n -> addIfNeeded(change, new RestoreNetwork(context, n)));
        change.thenOnly();
        addCreateAndStart(change, stopping);
        return new RollbackPlan(
                prepare,
                change,
                archivesToRead(images),
                () -> unpacking.forEach(Planner::discard),
                data,
                leftInPlace(),
                new TreeSet<>(manifest.containers().stream()
                        .filter(c -> !c.wasUp())
                        .map(ContainerEntry::name)
                        .toList()));
    }

    /** Relative paths; what is in the engine, or goes back from its standby, needs none. */
    private Set<String> archivesToRead(List<ImageEntry> needed) {
        Set<String> archives = new HashSet<>();
        for (ImageEntry image : needed) {
            String archive = manifest.archiveOf(image);
            if (archive != null && context.engine.image(image.id()).isEmpty()) {
                archives.add(archive);
            }
        }
        data.stream()
                .filter(d -> context.standby(d).isEmpty())
                .filter(d -> !UnpackData.done(LivePath.paths(context, d)))
                .forEach(d -> archives.add(d.archive()));
        return archives;
    }

    /**
     * Each container when those that need it are down, and removed when its log has been read to its last line.
     *
     * @return container name to the step after which it is out of the way
     */
    private Map<String, Step> addStopAndRemove(Schedule change, Set<String> stopping, List<ContainerDocument> leaving) {
        Map<String, Step> last = new HashMap<>();
        Dependencies dependencies = new Dependencies(present);
        List<List<ContainerDocument>> waves = dependencies.waves();
        List<ContainerDocument> stopped = new ArrayList<>();
        for (int i = waves.size() - 1; i >= 0; i--) {
            for (ContainerDocument container : waves.get(i)) {
                if (stopping.contains(container.name()) && container.up()) {
                    Set<Step> dependents = stopped.stream()
                            .filter(c -> dependencies.needsInTheEnd(c).contains(container.name()))
                            .map(c -> last.get(c.name()))
                            .collect(Collectors.toSet());
                    last.put(container.name(), change.add(new StopContainer(context, container), dependents));
                    stopped.add(container);
                }
            }
        }
        for (ContainerDocument container : leaving) {
            last.put(container.name(), change.add(new KeepFailedState(context, container), before(last, container)));
        }
        for (ContainerDocument container : leaving) {
            last.put(container.name(), change.add(new RemoveContainer(context, container), before(last, container)));
        }
        return last;
    }

    private static List<Step> before(Map<String, Step> last, ContainerDocument container) {
        return Optional.ofNullable(last.get(container.name())).stream().toList();
    }

    /** Each data set when its users are out of the way: an engine that is restarted starts those that are still there. */
    private void addData(Schedule change, Map<DataSetEntry, Step> dataSteps, Map<String, Step> outOfTheWay) {
        Map<Path, Step> earlier = new LinkedHashMap<>();
        dataSteps.forEach((dataSet, step) -> {
            Path live = Path.of(LivePath.of(context, dataSet));
            List<Step> after = new ArrayList<>();
            present.stream().filter(c -> mounts(c, live)).forEach(c -> after.addAll(before(outOfTheWay, c)));
            earlier.forEach((other, otherStep) -> {
                if (overlap(other, live)) {
                    after.add(otherStep);
                }
            });
            earlier.put(live, change.add(step, after));
        });
    }

    private static boolean mounts(ContainerDocument container, Path live) {
        return container.mounts().stream()
                .filter(m -> !m.source().isEmpty())
                .anyMatch(m -> overlap(Path.of(m.source()), live));
    }

    private static boolean overlap(Path one, Path other) {
        return one.startsWith(other) || other.startsWith(one);
    }

    /** They are nothing to who still runs: tags matter when a container is created, files when Compose is called. */
    private void addTagsAndFiles(Schedule change, List<ImageEntry> images, Map<DataSetEntry, Step> dataSteps) {
        List<Step> tags = new ArrayList<>();
        images.forEach(image -> image.tags().forEach(tag -> tags.add(new RestoreTag(context, tag, image.id()))));
        addInTurn(change, tags, List.of());
        if (!options.services().isEmpty()) {
            return;
        }
        List<Step> files = new ArrayList<>();
        List<Step> filesInData = new ArrayList<>();
        for (FileEntry file : manifest.files()) {
            boolean inData = dataSteps.keySet().stream()
                    .anyMatch(d -> Path.of(file.path()).startsWith(LivePath.of(context, d)));
            (inData ? filesInData : files).add(new RestoreFile(context, file));
        }
        addInTurn(change, files, List.of());
        addInTurn(change, filesInData, dataSteps.values());
    }

    /** One after the other, because they are small; those that are needed. */
    private static void addInTurn(Schedule change, List<Step> steps, Collection<Step> after) {
        Collection<Step> before = after;
        for (Step step : steps) {
            if (!step.done()) {
                before = List.of(change.add(step, before));
            }
        }
    }

    /** Changed containers, and those bound to the namespaces or volumes of a changed one. */
    private void findRecreated() {
        List<ContainerDocument> captured = context.point.containers();
        Comparison comparison = new Comparison(context.engine, captured, present);
        Dependencies bindings = new Dependencies(captured);
        Set<String> networksRemade = new HashSet<>();
        for (NetworkDocument network : context.point.networks()) {
            context.engine
                    .network(network.name())
                    .filter(now -> !NetworkBody.fingerprint(now).equals(NetworkBody.fingerprint(network)))
                    .ifPresent(now -> networksRemade.add(now.name()));
        }
        boolean grown = true;
        while (grown) {
            grown = false;
            for (ContainerEntry entry : targets) {
                ContainerDocument container = context.point.container(entry);
                if (!recreated.contains(entry.name())
                        && (!comparison.unchanged(container)
                                || halfMade(entry)
                                || !new CreateContainer(context, entry).done()
                                || bindings.boundTo(container).stream().anyMatch(recreated::contains)
                                || container.networks().stream().anyMatch(networksRemade::contains))) {
                    grown = recreated.add(entry.name()) || grown;
                }
            }
        }
    }

    /** Created and never started although it ran: made by a rollback that was cut off before it was complete. */
    private boolean halfMade(ContainerEntry entry) {
        return entry.wasUp()
                && present.stream()
                        .anyMatch(
                                c -> c.name().equals(entry.name()) && c.status().equals("created"));
    }

    /** Who has to stop: what leaves, what uses data that is swapped, what must not run, and what is bound to those. */
    private Set<String> stopping(List<ContainerDocument> leaving) {
        Set<String> names = new HashSet<>();
        leaving.forEach(c -> names.add(c.name()));
        Set<Path> swapped = new HashSet<>();
        data.forEach(d -> swapped.add(Path.of(LivePath.of(context, d))));
        for (ContainerDocument container : present) {
            boolean mounts = swapped.stream().anyMatch(live -> mounts(container, live));
            boolean mustNotRun = targets.stream().anyMatch(t -> t.name().equals(container.name()) && !t.wasUp());
            if (mounts || mustNotRun) {
                names.add(container.name());
            }
        }
        Dependencies bindings = new Dependencies(present);
        boolean grown = true;
        while (grown) {
            grown = false;
            for (ContainerDocument container : present) {
                if (bindings.boundTo(container).stream().anyMatch(names::contains)) {
                    grown = names.add(container.name()) || grown;
                }
            }
        }
        return names;
    }

    /** Each container when those are there that it is bound to, and started when those that it needs are. */
    private void addCreateAndStart(Schedule change, Set<String> stopping) {
        Map<String, ContainerEntry> byName = new LinkedHashMap<>();
        manifest.containers().forEach(c -> byName.put(c.name(), c));
        Dependencies dependencies = new Dependencies(context.point.containers());
        List<ContainerDocument> ordered =
                dependencies.waves().stream().flatMap(List::stream).toList();
        Map<String, Step> created = new HashMap<>();
        for (ContainerDocument container : ordered) {
            if (recreated.contains(container.name())) {
                CreateContainer create = new CreateContainer(context, entry(byName, container));
                created.put(container.name(), change.add(create, those(created, dependencies.boundTo(container))));
            }
        }
        Map<String, Step> started = new HashMap<>();
        for (ContainerDocument container : ordered) {
            ContainerEntry entry = entry(byName, container);
            StartContainer start = new StartContainer(context, entry);
            boolean touched = recreated.contains(entry.name()) || stopping.contains(entry.name());
            if (entry.wasUp() && (touched || (targets.contains(entry) && !start.done()))) {
                List<Step> after = those(started, dependencies.needsInTheEnd(container));
                after.addAll(those(created, Set.of(entry.name())));
                started.put(entry.name(), change.add(start, after));
            }
        }
    }

    private static ContainerEntry entry(Map<String, ContainerEntry> byName, ContainerDocument container) {
        ContainerEntry entry = byName.get(container.name());
        if (entry == null) {
            throw new IllegalStateException("the manifest does not have container " + container.name());
        }
        return entry;
    }

    private static List<Step> those(Map<String, Step> steps, Set<String> names) {
        List<Step> found = new ArrayList<>();
        steps.forEach((name, step) -> {
            if (names.contains(name)) {
                found.add(step);
            }
        });
        return found;
    }

    /** Only what differs: for effects that no other step of the plan brings about or takes away. */
    private static void addIfNeeded(List<Step> steps, Step step) {
        if (!step.done()) {
            steps.add(step);
        }
    }

    private static void addIfNeeded(Schedule schedule, Step step) {
        if (!step.done()) {
            schedule.add(step);
        }
    }

    private List<ImageEntry> images() {
        Set<String> needed = new HashSet<>();
        targets.forEach(t -> needed.add(t.imageId()));
        return manifest.images().stream().filter(i -> needed.contains(i.id())).toList();
    }

    private List<VolumeDocument> volumes() {
        Set<String> needed = new HashSet<>();
        for (ContainerEntry target : targets) {
            context.point.container(target).mounts().forEach(m -> needed.add(m.name()));
        }
        return context.point.volumes().stream()
                .filter(v -> options.services().isEmpty() || needed.contains(v.name()))
                .filter(v -> context.engine.volume(v.name()).isEmpty())
                .toList();
    }

    private List<NetworkDocument> networks() {
        Set<String> needed = new HashSet<>();
        targets.forEach(t -> needed.addAll(context.point.container(t).networks()));
        return context.point.networks().stream()
                .filter(n -> options.services().isEmpty() || needed.contains(n.name()))
                .toList();
    }

    private static void discard(UnpackData unpack) {
        try {
            unpack.discard();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> leftInPlace() {
        List<String> lines = new ArrayList<>();
        Set<String> volumes = new HashSet<>();
        manifest.volumes().forEach(v -> volumes.add(v.name()));
        context.engine.volumes(manifest.project()).stream()
                .map(VolumeDocument::name)
                .filter(v -> !volumes.contains(v))
                .forEach(v -> lines.add("volume " + v + " (not in the restore point)"));
        Set<String> networks = new HashSet<>();
        manifest.networks().forEach(n -> networks.add(n.name()));
        context.engine.networks(manifest.project()).stream()
                .map(NetworkDocument::name)
                .filter(n -> !networks.contains(n))
                .forEach(n -> lines.add("network " + n + " (not in the restore point)"));
        return lines;
    }
}
