package dev.belay.project;

/**
 * Something mounted into the containers of a service.
 *
 * @param type {@code volume}, {@code bind}, {@code tmpfs} ...
 * @param source a key of the model's volumes, or a path of this machine; empty for an anonymous volume and for memory
 */
public record ServiceMount(String type, String source, String target, boolean readOnly) {
    public boolean anonymous() {
        return type.equals("volume") && source.isEmpty();
    }
}
