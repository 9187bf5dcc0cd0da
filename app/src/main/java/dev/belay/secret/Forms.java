package dev.belay.secret;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** The forms in which a value turns up in the output of programs. */
final class Forms {
    private static final int SHORTEST_BASE64 = 8;

    private Forms() {}

    /** Itself, and escaped as JSON, as a Go string, in an address, in HTML, in a compose file, and in base64. */
    static Set<String> of(String value) {
        Set<String> forms = new LinkedHashSet<>();
        forms.add(value);
        String json = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t");
        forms.add(json);
        forms.add(json.replace("/", "\\/"));
        forms.add(json.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"));
        forms.add(value.replace("$", "$$"));
        forms.add(value.replace("'", "''"));
        forms.add(value.replace("'", "'\\''"));
        forms.add(value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;"));
        String url = URLEncoder.encode(value, StandardCharsets.UTF_8);
        forms.add(url);
        forms.add(url.replace("+", "%20"));
        forms.add(lowerCaseEscapes(url.replace("+", "%20")));
        base64(value, forms);
        return forms;
    }

    private static String lowerCaseEscapes(String url) {
        StringBuilder lower = new StringBuilder(url);
        for (int i = 0; i + 2 < lower.length(); i++) {
            if (lower.charAt(i) == '%') {
                lower.replace(i + 1, i + 3, lower.substring(i + 1, i + 3).toLowerCase(Locale.ROOT));
            }
        }
        return lower.toString();
    }

    /**
     * Base64 depends on where in the encoded text the value begins, modulo three: {@code user:password} is encoded as a
     * whole. The characters that also depend on what stands before and behind are left away.
     */
    private static void base64(String value, Set<String> forms) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        for (int offset = 0; offset < 3; offset++) {
            byte[] shifted = new byte[offset + bytes.length];
            System.arraycopy(bytes, 0, shifted, offset, bytes.length);
            int from = offset == 0 ? 0 : offset + 1;
            int to = shifted.length * 8 / 6;
            if (to - from >= SHORTEST_BASE64) {
                String standard = Base64.getEncoder().encodeToString(shifted).substring(from, to);
                forms.add(standard);
                forms.add(standard.replace('+', '-').replace('/', '_'));
            }
        }
    }
}
