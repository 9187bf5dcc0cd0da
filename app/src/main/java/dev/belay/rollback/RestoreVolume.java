package dev.belay.rollback;

import dev.belay.engine.VolumeBody;
import dev.belay.engine.VolumeDocument;
import dev.belay.step.Step;

/** Makes a volume again that is gone, under its name. */
final class RestoreVolume implements Step {
    private final RestoreContext context;
    private final VolumeDocument volume;

    RestoreVolume(RestoreContext context, VolumeDocument volume) {
        this.context = context;
        this.volume = volume;
    }

    @Override
    public String name() {
        return "create volume " + volume.name();
    }

    @Override
    public boolean done() {
        return context.engine.volume(volume.name()).isPresent();
    }

    @Override
    public String run() {
        context.engine.createVolume(VolumeBody.of(volume));
        context.putBack("volume " + volume.name());
        return "";
    }
}
