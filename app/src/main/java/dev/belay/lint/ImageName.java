package dev.belay.lint;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An image reference, taken apart.
 *
 * @param repository with the registry, without tag and digest
 * @param tag empty when there is none
 */
record ImageName(String repository, String tag, boolean digest) {
    /** Names of releases that are never given to another one. */
    private static final Set<String> RELEASES = Set.of(
            "stretch",
            "buster",
            "bullseye",
            "bookworm",
            "trixie",
            "forky",
            "xenial",
            "bionic",
            "focal",
            "jammy",
            "noble");

    private static final Set<String> DISTRIBUTIONS = Set.of("debian", "ubuntu", "buildpack-deps");
    /** Words that stand for whatever is newest of a line, also with a number behind them. */
    private static final Set<String> MOVING = Set.of(
            "latest",
            "main",
            "master",
            "trunk",
            "head",
            "develop",
            "dev",
            "nightly",
            "edge",
            "stable",
            "unstable",
            "canary",
            "next",
            "current",
            "lts",
            "rolling",
            "snapshot",
            "mainline");

    private static final Pattern DIGIT = Pattern.compile("\\d");
    private static final Pattern COMMIT = Pattern.compile("(?:sha-?|git-?|g)?[0-9a-f]{7,64}");

    static ImageName of(String reference) {
        String name = reference.replaceAll("@.*", "");
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/');
        return new ImageName(
                tagged ? name.substring(0, colon) : name,
                tagged ? name.substring(colon + 1) : "",
                reference.contains("@"));
    }

    /** The last word of the repository, such as {@code postgres}. */
    String software() {
        return repository.substring(repository.lastIndexOf('/') + 1);
    }

    /** The organisation and the software, such as {@code bitnami/redis}. */
    String organisationAndSoftware() {
        List<String> parts = Arrays.asList(repository.split("/", -1));
        return String.join("/", parts.subList(Math.max(0, parts.size() - 2), parts.size()));
    }

    /** Whether it will mean another image one day: no tag, one of a line, or one that names no version at all. */
    boolean moving() {
        if (digest) {
            return false;
        }
        if (tag.isEmpty()) {
            return true;
        }
        List<String> words = Arrays.asList(tag.toLowerCase(Locale.ROOT).split("[-_]", -1));
        if (MOVING.contains(words.get(0)) || words.get(words.size() - 1).equals("latest")) {
            // stable-1.4.2 and main-1a2b3c4 name one build of the line.
            return words.size() < 2
                    || words.get(words.size() - 1).equals("latest")
                    || words.subList(1, words.size()).stream()
                            .noneMatch(w -> COMMIT.matcher(w).matches()
                                    || DIGIT.matcher(w).lookingAt());
        }
        if (DIGIT.matcher(tag).find() || COMMIT.matcher(tag).matches()) {
            return false;
        }
        return !(DISTRIBUTIONS.contains(software()) && RELEASES.contains(words.get(0)));
    }

    /** The number that the tag begins with; 0 when it begins with none. */
    int major() {
        String digits = tag.replaceAll("^v?(\\d{1,6}).*$|^.*$", "$1");
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }
}
