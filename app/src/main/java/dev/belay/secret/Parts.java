package dev.belay.secret;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Secrets inside of a value: a program often shows only that part of its settings. */
final class Parts {
    /** What bounds a word keeps the search linear in long texts without any blank. */
    private static final String SCHEME = "(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,20}+://";

    private static final Pattern URL_PASSWORD = Pattern.compile(SCHEME + "[^/\\s:@]*:([^\\s/]*)@");
    private static final Pattern URL_TOKEN = Pattern.compile(SCHEME + "([^/\\s:@]+)@");
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{1,64}+)[\"']?[ \\t]*+[=:][ \\t]*+"
                    + "(?:\"((?:[^\"\\\\]++|\\\\.)*+)\"|'([^']*+)'|([^\\s\"';,&]++))");
    private static final Pattern LONG_TOKEN = Pattern.compile("[A-Za-z0-9+/_~.=-]{16,}");
    private static final Pattern LETTER = Pattern.compile("[A-Za-z]");
    private static final Pattern DIGIT = Pattern.compile("[0-9]");

    private Parts() {}

    /** Passwords of addresses, what is assigned to a name that says secret. */
    static Set<String> secretIn(String text) {
        Set<String> parts = new LinkedHashSet<>();
        Matcher password = URL_PASSWORD.matcher(text);
        while (password.find()) {
            addDecoded(parts, password.group(1));
        }
        Matcher token = URL_TOKEN.matcher(text);
        while (token.find()) {
            // A user alone, such as that of git@host, is none; an access token in its place is long.
            if (token.group(1).length() >= 16) {
                addDecoded(parts, token.group(1));
            }
        }
        Matcher assignment = ASSIGNMENT.matcher(text);
        for (int at = 0; assignment.find(at); at = Math.max(at + 1, assignment.end(1))) {
            if (Rules.saysSecret(assignment.group(1))) {
                for (int group = 2; group <= 4; group++) {
                    if (assignment.group(group) != null) {
                        addDecoded(parts, assignment.group(group));
                    }
                }
            }
        }
        return parts;
    }

    /** Words of a longer text that look made by a machine. */
    static Set<String> longTokensIn(String text) {
        Set<String> parts = new LinkedHashSet<>();
        Matcher token = LONG_TOKEN.matcher(text);
        while (token.find()) {
            String word = token.group();
            if (word.length() < text.length()
                    && LETTER.matcher(word).find()
                    && DIGIT.matcher(word).find()) {
                parts.add(word);
            }
        }
        return parts;
    }

    private static void addDecoded(Set<String> parts, String part) {
        parts.add(part);
        if (part.contains("%")) {
            try {
                parts.add(URLDecoder.decode(part, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                // not encoded, after all
                return;
            }
        }
    }
}
