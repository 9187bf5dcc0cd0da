package dev.belay.engine.docker;

import java.nio.charset.StandardCharsets;

/** The path and query of a request, with everything encoded, so that no name can break out of the request line. */
record Target(String text) {
    static Target of(String... segments) {
        StringBuilder path = new StringBuilder();
        for (String segment : segments) {
            path.append('/').append(encode(segment));
        }
        return new Target(path.toString());
    }

    Target with(String key, String value) {
        return new Target(text + (text.indexOf('?') < 0 ? '?' : '&') + encode(key) + '=' + encode(value));
    }

    static String encode(String text) {
        StringBuilder result = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '.'
                    || c == '_'
                    || c == '~';
            if (plain) {
                result.append(c);
            } else {
                result.append('%');
                result.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                result.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return result.toString();
    }
}
