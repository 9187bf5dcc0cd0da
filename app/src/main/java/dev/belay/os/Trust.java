package dev.belay.os;

import dev.belay.error.BelayException;
import dev.belay.error.Category;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether nobody but root and the caller can change a file: itself, each directory above it, and each symbolic link on
 * the way with the directories above its target. Belay runs as root what such files say.
 */
public final class Trust {
    private static final int MOST_LINKS = 40;
    private static final int STICKY = 01000;
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final Path ROOT = Path.of("/");
    /** Links in there are the kernel's own, and lead to what this process has opened. */
    private static final Path PROC = Path.of("/proc");

    private final Set<Integer> owners;
    private final int caller;
    private final Accounts accounts;

    Trust(Set<Integer> owners, int caller, Accounts accounts) {
        this.owners = owners;
        this.caller = caller;
        this.accounts = accounts;
    }

    /** Root, the user that this process runs as, and the one who became root by {@code sudo}. */
    public static Trust ofCaller(Map<String, String> environment) {
        int caller = effectiveUser();
        Set<Integer> owners = new LinkedHashSet<>(List.of(0, caller));
        String sudo = environment.getOrDefault("SUDO_UID", "");
        if (caller == 0 && sudo.matches("\\d{1,9}")) {
            owners.add(Integer.valueOf(sudo));
        }
        return new Trust(owners, caller, Accounts.ofThisMachine());
    }

    /**
     * Why a file cannot be trusted.
     *
     * @param why the reason, with the file or the directory above it that it is about
     * @param fix the command that removes the reason
     */
    public record Distrust(Path file, String why, String fix) {}

    /**
     * @param category of the failure: USAGE for what the user wrote, REFUSED for what Belay keeps
     * @throws BelayException when somebody else can change the file; what is not there cannot be changed
     */
    public void require(Path file, Category category) {
        Optional<Distrust> distrust = look(file);
        if (distrust.isPresent()) {
            throw new BelayException(
                    category,
                    "cannot trust " + file,
                    distrust.get().why(),
                    distrust.get().fix());
        }
    }

    /** Empty when it can be trusted, or is not there and only those who are trusted can make it. */
    public Optional<Distrust> look(Path file) {
        Path absolute = file.toAbsolutePath();
        Deque<Path> open = new ArrayDeque<>();
        absolute.forEach(open::addLast);
        Path at = ROOT;
        Optional<Distrust> distrust = look(at, absolute, attributes(at).orElseThrow());
        for (int links = 0; distrust.isEmpty() && !open.isEmpty() && !at.equals(PROC); ) {
            String name = open.removeFirst().toString();
            if (name.equals("..")) {
                at = at.getParent() == null ? ROOT : at.getParent();
                continue;
            }
            Path next = name.isEmpty() || name.equals(".") ? at : at.resolve(name);
            Optional<Attributes> attributes = attributes(next);
            if (attributes.isEmpty()) {
                return Optional.empty();
            }
            distrust = look(next, absolute, attributes.get());
            if (attributes.get().link() && distrust.isEmpty()) {
                if (++links > MOST_LINKS) {
                    return Optional.of(new Distrust(file, "too many symbolic links lead to it", "remove " + at));
                }
                Path target = target(next);
                at = target.isAbsolute() ? ROOT : at;
                Deque<Path> names = new ArrayDeque<>();
                target.forEach(names::addFirst);
                names.forEach(open::addFirst);
            } else {
                at = next;
            }
        }
        return distrust;
    }

    private Optional<Distrust> look(Path at, Path file, Attributes found) {
        String kind = found.directory() ? "the directory " : found.link() ? "the link " : "its target ";
        String subject = at.equals(file) ? "it" : kind + at;
        String quoted = ShellWords.quote(at.toString());
        if (!owners.contains(found.uid())) {
            return Optional.of(new Distrust(
                    at,
                    subject + " belongs to " + accounts.user(found.uid()) + ", and must belong to root or to "
                            + (caller == 0 ? "the user who called sudo" : accounts.user(caller)),
                    (found.link() ? "chown -h " : "chown ") + (caller == 0 ? "root: " : caller + " ") + quoted));
        }
        if (found.link() || (found.directory() && found.has(STICKY))) {
            return Optional.empty();
        }
        if (found.has(OTHERS_WRITE)) {
            return Optional.of(new Distrust(
                    at,
                    subject + " can be written by every user (mode " + found.octal() + ")",
                    "chmod go-w " + quoted));
        }
        if (found.has(GROUP_WRITES) && found.gid() != 0 && !accounts.onlyOf(found.gid(), owners)) {
            return Optional.of(new Distrust(
                    at,
                    subject + " can be written by group " + accounts.group(found.gid()) + " (mode " + found.octal()
                            + ")",
                    "chmod g-w " + quoted));
        }
        return Optional.empty();
    }

    private record Attributes(int uid, int gid, int mode, boolean directory, boolean link) {
        boolean has(int bit) {
            return (mode & bit) != 0;
        }

        String octal() {
            return String.format(java.util.Locale.ROOT, "%04o", mode & 07777);
        }
    }

    private static Optional<Attributes> attributes(Path path) {
        try {
            Map<String, Object> found = Files.readAttributes(
                    path, "unix:uid,gid,mode,isDirectory,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new Attributes(
                    (Integer) found.getOrDefault("uid", -1),
                    (Integer) found.getOrDefault("gid", -1),
                    (Integer) found.getOrDefault("mode", 0777),
                    (Boolean) found.getOrDefault("isDirectory", false),
                    (Boolean) found.getOrDefault("isSymbolicLink", false)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // What cannot be looked at cannot be read either, and whoever reads it says so.
            return Optional.empty();
        }
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int effectiveUser() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
