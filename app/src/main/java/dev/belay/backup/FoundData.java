package dev.belay.backup;

import java.util.List;

/**
 * A data set as people are told of it.
 *
 * @param kind such as {@code volume} or {@code bind directory}
 * @param place the volume's name, or the path on this machine
 * @param targets where it is mounted
 * @param bytes as allocated on the disk
 */
public record FoundData(String kind, String place, List<String> targets, List<String> services, long bytes) {
    /** The data sets that a restore point would hold. */
    public static List<FoundData> in(Inventory inventory) {
        return inventory.dataSets().stream()
                .map(d -> new FoundData(
                        d.kind().words,
                        d.volume().isEmpty() ? d.hostPath().toString() : d.volume(),
                        List.copyOf(d.targets()),
                        List.copyOf(d.services()),
                        inventory.size(d).bytes()))
                .toList();
    }
}
