package dev.belay.rollback;

import dev.belay.step.Step;

/** Lets a tag point at the image again that it pointed at when it was captured. */
final class RestoreTag implements Step {
    private final RestoreContext context;
    private final String tag;
    private final String imageId;

    RestoreTag(RestoreContext context, String tag, String imageId) {
        this.context = context;
        this.tag = tag;
        this.imageId = imageId;
    }

    @Override
    public String name() {
        return "tag " + tag + " as " + Ids.brief(imageId);
    }

    @Override
    public boolean done() {
        return context.engine.image(tag).map(i -> i.id().equals(imageId)).orElse(false);
    }

    @Override
    public String run() {
        String before = context.engine.image(tag).map(i -> Ids.brief(i.id())).orElse("nothing");
        context.engine.tag(imageId, tag);
        context.putBack("tag " + tag + " to " + Ids.brief(imageId) + ", it pointed at " + before);
        return "it pointed at " + before;
    }
}
