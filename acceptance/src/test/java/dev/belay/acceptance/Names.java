package dev.belay.acceptance;

import java.nio.file.Path;
import java.util.Random;

/** Names that only this run of the tests uses: whatever carries the prefix may be removed by it. */
final class Names {
    static final String PREFIX = "belay-acc-" + random() + "-";

    /** Where the runs of these tests are registered, in place of the machine's own registry. */
    static final Path STATE = Path.of(System.getProperty("java.io.tmpdir"), PREFIX + "state");

    private Names() {}

    static String unique() {
        return PREFIX + random();
    }

    private static String random() {
        int fourDigits = 36 * 36 * 36;
        return Integer.toString(fourDigits + new Random().nextInt(35 * fourDigits), 36);
    }
}
