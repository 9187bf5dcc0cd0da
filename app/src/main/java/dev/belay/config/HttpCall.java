package dev.belay.config;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP probe sends, and to whom.
 *
 * @param url may contain {@code {host}}
 * @param headers in the order given, on top of those that every request has
 * @param followRedirects a limited number of them
 */
public record HttpCall(
        String url,
        String method,
        Map<String, GivenText> headers,
        @Nullable GivenText body,
        boolean followRedirects,
        Tls tls) {

    /**
     * @param ca PEM file of the authorities that are trusted; null for those of Java
     * @param certificate PEM file of the client's certificate, with its chain; null for none, likewise {@code key} its
     *     private key in PKCS#8
     * @param minDaysLeft days until the server's certificate ends; 0 for any that is valid
     * @param insecure every certificate is accepted
     */
    public record Tls(
            @Nullable Path ca,
            @Nullable Path certificate,
            @Nullable Path key,
            int minDaysLeft,
            boolean insecure) {}

    static HttpCall get(String url, boolean followRedirects, boolean insecure) {
        return new HttpCall(url, "GET", Map.of(), null, followRedirects, new Tls(null, null, null, 0, insecure));
    }
}
