package dev.belay.cli;

import dev.belay.config.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option of every command that takes the project's lock. */
final class LockOptions {
    @Option(
            names = "--wait",
            paramLabel = "D",
            converter = Converter.class,
            description = "Wait this long for another run of the project to end, such as 10m (default: 0s).")
    Duration patience = Duration.ZERO;

    /** Durations as everywhere in Belay. */
    static final class Converter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return Durations.parse(text)
                    .orElseThrow(() ->
                            new TypeConversionException("'" + text + "' is not a duration such as 500ms, 10s or 2m"));
        }
    }
}
