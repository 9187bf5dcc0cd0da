package dev.belay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

/** Checks for tests of other packages, from what a user would write. */
public final class ParsedCheck {
    private ParsedCheck() {}

    /** @param item one item of {@code verify.checks}, of type http */
    public static CheckSpec.Http http(String item, Path directory) {
        Problems problems = new Problems();
        String text = "verify: {checks: [{" + item + "}]}";
        Settings settings = Settings.read(BelayFile.parse(text, directory, "belay.yml"), problems);
        assertThat(problems.all()).isEmpty();
        return (CheckSpec.Http) settings.verify().checks().get(0);
    }
}
