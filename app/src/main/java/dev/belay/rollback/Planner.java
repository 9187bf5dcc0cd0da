package dev.belay.rollback;

import dev.belay.engine.ContainerDocument;
import dev.belay.engine.NetworkBody;
import dev.belay.engine.NetworkDocument;
import dev.belay.engine.VolumeDocument;
import dev.belay.os.Mounts;
import dev.belay.step.Step;
import dev.belay.store.Manifest;
import dev.belay.store.Manifest.ContainerEntry;
import dev.belay.store.Manifest.DataSetEntry;
import dev.belay.store.Manifest.ImageEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

    /** Touches nothing; refuses what could only be done by half. */
    public static RollbackPlan plan(RestoreContext context, RollbackOptions options) {
        Planner planner = new Planner(context, options);
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
        if (manifest.imageArchive() != null) {
            addIfNeeded(prepare, new LoadImages(context, manifest.imageArchive(), images));
        }
        for (VolumeDocument volume : volumes()) {
            prepare.add(new RestoreVolume(context, volume));
        }
        List<UnpackData> unpacking = new ArrayList<>();
        List<Step> dataSteps = new ArrayList<>();
        for (DataSetEntry dataSet : data) {
            if (isMountPoint(dataSet)) {
                prepare.add(new CheckArchive(context, dataSet));
                dataSteps.add(new RestoreInPlace(context, dataSet));
            } else {
                UnpackData unpack = new UnpackData(context, dataSet);
                unpacking.add(unpack);
                dataSteps.add(new SwapData(context, dataSet));
            }
        }
        prepare.addAll(unpacking);

        List<Step> change = new ArrayList<>();
        List<List<ContainerDocument>> waves = new Dependencies(present).waves();
        for (int i = waves.size() - 1; i >= 0; i--) {
            List<ContainerDocument> wave = waves.get(i).stream()
                    .filter(c -> stopping.contains(c.name()) && c.up())
                    .toList();
            if (!wave.isEmpty()) {
                change.add(new StopContainers(context, wave));
            }
        }
        if (!leaving.isEmpty()) {
            change.add(new KeepFailedState(context, leaving));
        }
        leaving.forEach(c -> change.add(new RemoveContainer(context, c)));
        change.addAll(dataSteps);
        for (ImageEntry image : images) {
            image.tags().forEach(tag -> addIfNeeded(change, new RestoreTag(context, tag, image.id())));
        }
        if (options.services().isEmpty()) {
            manifest.files().forEach(file -> addIfNeeded(change, new RestoreFile(context, file)));
        }
        networks().forEach(n -> addIfNeeded(change, new RestoreNetwork(context, n)));
        addCreateAndStart(change, stopping);
        return new RollbackPlan(
                prepare,
                change,
                () -> unpacking.forEach(Planner::discard),
                data,
                leftInPlace(),
                new TreeSet<>(manifest.containers().stream()
                        .filter(c -> !c.wasUp())
                        .map(ContainerEntry::name)
                        .toList()));
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
            boolean mounts = container.mounts().stream()
                    .filter(m -> !m.source().isEmpty())
                    .map(m -> Path.of(m.source()))
                    .anyMatch(source -> swapped.stream().anyMatch(d -> source.startsWith(d) || d.startsWith(source)));
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

    private void addCreateAndStart(List<Step> change, Set<String> stopping) {
        Map<String, ContainerEntry> byName = new LinkedHashMap<>();
        manifest.containers().forEach(c -> byName.put(c.name(), c));
        List<ContainerEntry> ordered = new ArrayList<>();
        new Dependencies(context.point.containers())
                .waves()
                .forEach(wave -> wave.forEach(c -> {
                    ContainerEntry entry = byName.get(c.name());
                    if (entry != null) {
                        ordered.add(entry);
                    }
                }));
        ordered.stream()
                .filter(e -> recreated.contains(e.name()))
                .forEach(e -> change.add(new CreateContainer(context, e)));
        for (ContainerEntry entry : ordered) {
            StartContainer start = new StartContainer(context, entry);
            boolean touched = recreated.contains(entry.name()) || stopping.contains(entry.name());
            if (entry.wasUp() && (touched || (targets.contains(entry) && !start.done()))) {
                change.add(start);
            }
        }
    }

    /** Only what differs: for effects that no other step of the plan brings about or takes away. */
    private static void addIfNeeded(List<Step> steps, Step step) {
        if (!step.done()) {
            steps.add(step);
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

    private boolean isMountPoint(DataSetEntry dataSet) {
        Path live = Path.of(LivePath.of(context, dataSet));
        try {
            return Files.exists(live) && Mounts.isMountPoint(live);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
