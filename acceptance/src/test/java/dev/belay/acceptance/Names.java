package dev.belay.acceptance;

import java.util.Random;

/** Names that only these tests use: whatever carries the prefix may be removed by them. */
final class Names {
    static final String PREFIX = "belay-acc-";

    private Names() {}

    static String unique() {
        return PREFIX + Integer.toString(new Random().nextInt(1 << 30) | 1 << 30, 36);
    }
}
