package dev.belay.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The users and groups of this machine, from passwd(5) and group(5); those of a directory service are not known. */
final class Accounts {
    private final List<User> users;
    private final List<Group> groups;

    private record User(String name, int uid, int gid) {}

    private record Group(String name, int gid, List<String> members) {}

    Accounts(Path passwd, Path group) {
        this.users = lines(passwd)
                .filter(f -> f.size() > 3 && number(f.get(2)) >= 0 && number(f.get(3)) >= 0)
                .map(f -> new User(f.get(0), number(f.get(2)), number(f.get(3))))
                .toList();
        this.groups = lines(group)
                .filter(f -> f.size() > 3 && number(f.get(2)) >= 0)
                .map(f -> new Group(f.get(0), number(f.get(2)), members(f.get(3))))
                .toList();
    }

    static Accounts ofThisMachine() {
        return new Accounts(Path.of("/etc/passwd"), Path.of("/etc/group"));
    }

    /** Such as {@code bob (uid 1001)}, or the number alone. */
    String user(int uid) {
        Optional<String> name =
                users.stream().filter(u -> u.uid() == uid).map(User::name).findFirst();
        return name.map(n -> n + " (uid " + uid + ")").orElse("uid " + uid);
    }

    String group(int gid) {
        Optional<String> name =
                groups.stream().filter(g -> g.gid() == gid).map(Group::name).findFirst();
        return name.map(n -> n + " (gid " + gid + ")").orElse("gid " + gid);
    }

    /** True when it is certain that nobody but these users is in the group: it is the primary group of one of them. */
    boolean onlyOf(int gid, Set<Integer> uids) {
        List<User> primary = users.stream().filter(u -> u.gid() == gid).toList();
        return !primary.isEmpty()
                && primary.stream().allMatch(u -> uids.contains(u.uid()))
                && groups.stream()
                        .filter(g -> g.gid() == gid)
                        .flatMap(g -> g.members().stream())
                        .allMatch(member ->
                                users.stream().anyMatch(u -> u.name().equals(member) && uids.contains(u.uid())));
    }

    private static java.util.stream.Stream<List<String>> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
                    .map(line -> List.of(line.split(":", -1)));
        } catch (NoSuchFileException e) {
            return java.util.stream.Stream.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> members(String field) {
        List<String> members = new ArrayList<>();
        for (String member : field.split(",", -1)) {
            if (!member.isBlank()) {
                members.add(member.strip());
            }
        }
        return members;
    }

    private static int number(String text) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
