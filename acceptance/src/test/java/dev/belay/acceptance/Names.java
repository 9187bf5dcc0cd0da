package dev.belay.acceptance;

import java.util.Random;

/** Names that only this run of the tests uses: whatever carries the prefix may be removed by it. */
final class Names {
    static final String PREFIX = "belay-acc-" + random() + "-";

    private Names() {}

    static String unique() {
        return PREFIX + random();
    }

    private static String random() {
        int fourDigits = 36 * 36 * 36;
        return Integer.toString(fourDigits + new Random().nextInt(35 * fourDigits), 36);
    }
}
