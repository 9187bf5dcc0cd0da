package dev.belay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class KeepTagTest {
    private static final String ID = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @Test
    void oneProjectsTagIsNotTakenForAnothers() {
        String tag = KeepTag.of("shop", ID).orElseThrow();

        assertThat(KeepTag.isOf("shop", tag)).isTrue();
        for (String other : List.of("sho", "shop2", "shop-0123456789ab", "s", "")) {
            assertThat(KeepTag.isOf(other, tag)).as(other).isFalse();
        }
        assertThat(KeepTag.is(tag)).isTrue();
        assertThat(KeepTag.is("shop/web:1")).isFalse();
        assertThat(KeepTag.is("0-belay.invalid/keeper:shop.0123456789ab")).isFalse();
    }

    @Test
    void aNameThatIsTooLongForATagHasNone() {
        assertThat(KeepTag.of("a".repeat(115), ID)).isPresent();
        assertThat(KeepTag.of("a".repeat(116), ID)).isEmpty();
    }

    @Test
    void itSortsBeforeEveryOtherName() {
        String tag = KeepTag.of("shop", ID).orElseThrow();

        assertThat(List.of("0.0.0.0:5000/a:1", "docker.io/acme/app:1", "10.0.0.1/a:1", "0a/b:1", "localhost:5000/a:1"))
                .allSatisfy(other -> assertThat(tag).isLessThan(other));
    }
}
