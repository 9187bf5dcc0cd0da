package dev.belay.acceptance;

import java.time.Duration;
import java.util.Random;

/** Chance that can be repeated: {@code -Dbelay.seed=N} gives the same points again. */
final class Randomly {
    private final Random random;

    private Randomly(Random random) {
        this.random = random;
    }

    /** @param test to be printed with the seed */
    static Randomly seeded(String test) {
        long seed = Long.getLong("belay.seed", new Random().nextInt(1_000_000));
        System.out.printf("%s: -Dbelay.seed=%d%n", test, seed);
        return new Randomly(new Random(seed));
    }

    boolean maybe() {
        return random.nextBoolean();
    }

    /** Anywhere from nothing to all of it. */
    Duration within(Duration whole) {
        return Duration.ofMillis((long) (random.nextDouble() * whole.toMillis()));
    }

    /** Lets this time pass; the one place where tests wait for nothing but time. */
    static void pass(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
