package dev.belay.archive;

/**
 * One member of a tar archive, as GNU tar would make it on the disk.
 *
 * @param path as it stands in the archive
 * @param link what a link points at; empty for everything else
 * @param size the size that the file will have, holes included; 0 for everything else
 * @param major of a device
 * @param minor of a device
 */
record TarMember(Type type, byte[] path, byte[] link, long size, long major, long minor) {

    enum Type {
        FILE,
        HARD_LINK,
        SYMBOLIC_LINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        DIRECTORY,
        FIFO;

        boolean device() {
            return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
        }
    }
}
