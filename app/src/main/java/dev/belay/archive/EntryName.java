package dev.belay.archive;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** File names are bytes; as text they are shown so that each has one form and none of them can forge a line. */
public final class EntryName {
    private static final int LONGEST_SHOWN = 160;

    private EntryName() {}

    /** UTF-8 as it is; a backslash doubled; control characters and bytes that are not UTF-8 as {@code \ooo}. */
    public static String text(byte[] name) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < name.length) {
            int length = characterLength(name, at);
            String character = length == 0 ? "" : new String(name, at, length, StandardCharsets.UTF_8);
            if (character.equals("\\")) {
                text.append("\\\\");
            } else if (length > 0 && printable(character.codePointAt(0))) {
                text.append(character);
            } else {
                for (byte b : Arrays.copyOfRange(name, at, at + Math.max(1, length))) {
                    text.append(String.format(Locale.ROOT, "\\%03o", b & 0xff));
                }
            }
            at += Math.max(1, length);
        }
        return text.toString();
    }

    /** For messages: in quotes, and the middle of a very long one left out. */
    static String quoted(byte[] name) {
        String text = text(name);
        int half = LONGEST_SHOWN / 2;
        return text.length() <= LONGEST_SHOWN
                ? "'" + text + "'"
                : "'" + text.substring(0, half) + "..." + text.substring(text.length() - half) + "' (" + name.length
                        + " bytes)";
    }

    private static boolean printable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** @return how many bytes the UTF-8 character at this place has; 0 when there is none */
    private static int characterLength(byte[] name, int at) {
        for (int length = 1; length <= 4 && at + length <= name.length; length++) {
            try {
                CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name, at, length));
                if (decoded.length() > 0) {
                    return length;
                }
            } catch (CharacterCodingException e) {
                // not yet a whole character, or never one
            }
        }
        return 0;
    }
}
