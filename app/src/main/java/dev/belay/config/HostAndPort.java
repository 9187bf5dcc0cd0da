package dev.belay.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** @param host a name or an address, an IPv6 address without its brackets */
public record HostAndPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([^\\[\\]\\s]+)\\]|([^\\[\\]:/@\\s]+)):(\\d{1,5})");

    /** @param text {@code db.example:5432}, {@code 192.0.2.1:5432} or {@code [2001:db8::1]:5432} */
    public static Optional<HostAndPort> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(form.group(3));
        String host = form.group(1) != null ? form.group(1) : form.group(2);
        return port < 1 || port > 65535 ? Optional.empty() : Optional.of(new HostAndPort(host, port));
    }

    /** An address with the host in the place of {@code {host}}. */
    public static String fill(String text, String host) {
        boolean bareIpv6 = host.contains(":") && !host.startsWith("[");
        return text.replace("{host}", bareIpv6 ? "[" + host + "]" : host);
    }
}
