package dev.belay.pipeline;

import dev.belay.config.CheckSpec;
import dev.belay.config.GivenText;
import dev.belay.config.HttpCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What of a check people have to read, and what of it may be a secret. */
final class CheckNames {
    private CheckNames() {}

    /** Where it goes, without what may be a secret in it. */
    static List<String> of(CheckSpec check) {
        List<String> names = new ArrayList<>();
        call(check)
                .ifPresent(call -> names.add(
                        local(call.url()).replaceAll("//[^/@]*@", "//").replaceAll("[?#].*", "")));
        if (check instanceof CheckSpec.Tcp tcp) {
            names.add(local(tcp.address()));
        } else if (check instanceof CheckSpec.Dns dns) {
            names.add(dns.domain());
        } else if (check instanceof CheckSpec.Postgres postgres) {
            names.add(local(postgres.address()));
        } else if (check instanceof CheckSpec.Redis redis) {
            names.add(local(redis.address()));
        }
        return names;
    }

    /** Texts that may be secrets, of which some are. */
    static List<GivenText> given(CheckSpec check) {
        List<GivenText> texts = new ArrayList<>();
        call(check).ifPresent(call -> {
            texts.addAll(call.headers().values());
            if (call.body() != null) {
                texts.add(call.body());
            }
        });
        if (check instanceof CheckSpec.MongoDb mongodb) {
            texts.add(mongodb.uri());
        } else if (check instanceof CheckSpec.Redis redis && redis.password() != null) {
            texts.add(redis.password());
        }
        return texts;
    }

    private static Optional<HttpCall> call(CheckSpec check) {
        return Optional.ofNullable(
                check instanceof CheckSpec.Http http
                        ? http.call()
                        : check instanceof CheckSpec.Prometheus prometheus ? prometheus.call() : null);
    }

    private static String local(String text) {
        return text.replace("{host}", Health.LOCALHOST);
    }
}
