package dev.belay.verify;

import dev.belay.config.CheckSpec;
import dev.belay.config.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.naming.CommunicationException;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.ServiceUnavailableException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks which addresses a name has.
 *
 * @param domain the name
 * @param resolver the name server; null for the machine's own resolver, with its files
 */
record DnsProbe(CheckSpec.Dns spec, String domain, @Nullable HostAndPort resolver, Duration timeout) implements Probe {
    private static final String[] TYPES = {"A", "AAAA"};
    private static final int PORT = 53;

    static DnsProbe of(CheckSpec.Dns spec, String host, Duration timeout) {
        HostAndPort resolver = null;
        if (spec.resolver() != null) {
            String written = HostAndPort.fill(spec.resolver(), host);
            resolver = HostAndPort.parse(written).orElse(new HostAndPort(written.replaceAll("[\\[\\]]", ""), PORT));
        }
        return new DnsProbe(spec, spec.domain().replace("{host}", host), resolver, timeout);
    }

    @Override
    public ProbeAnswer attempt() throws InterruptedException {
        Deadline deadline = Deadline.in(timeout);
        try {
            List<InetAddress> found = resolver == null ? Addresses.ask(domain, deadline) : served(resolver, deadline);
            return judge(found);
        } catch (UnknownHostException e) {
            return String.valueOf(e.getMessage()).contains("emporary failure")
                    ? ProbeAnswer.inconclusive(domain + ": no name server answers this machine")
                    : ProbeAnswer.failed(domain + " has no address");
        } catch (TimeoutException e) {
            return ProbeAnswer.failed(domain + ": no answer" + deadline.within());
        } catch (ProbeException e) {
            return e.answer().about(domain);
        }
    }

    private ProbeAnswer judge(List<InetAddress> found) throws UnknownHostException {
        Set<InetAddress> all = new LinkedHashSet<>(found);
        List<String> texts = all.stream().map(InetAddress::getHostAddress).toList();
        String answer = domain + " is " + String.join(", ", texts);
        for (String expected : spec.expect()) {
            // the text of an address is compared with no name server
            if (!all.contains(InetAddress.getByName(expected))) {
                return ProbeAnswer.failed(answer + ", expected " + expected, answer);
            }
        }
        return ProbeAnswer.ok(answer, null);
    }

    // The provider of DNS reads records, and no objects; it takes its settings in this type only.
    @SuppressWarnings({"BanJNDI", "JdkObsolete"})
    private List<InetAddress> served(HostAndPort server, Deadline deadline)
            throws UnknownHostException, ProbeException, InterruptedException, TimeoutException {
        InetAddress address = Addresses.of(server.host(), deadline).get(0);
        String shown = address.getHostAddress();
        Hashtable<String, String> settings = new Hashtable<>();
        settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        settings.put(
                Context.PROVIDER_URL,
                "dns://" + (shown.contains(":") ? "[" + shown + "]" : shown) + ":" + server.port() + "/");
        // one question for each of the types, and none is asked twice: the attempts do that
        long each = Math.max(1, deadline.left().toMillis() / TYPES.length);
        settings.put("com.sun.jndi.dns.timeout.initial", Long.toString(each));
        settings.put("com.sun.jndi.dns.timeout.retries", "1");
        List<InetAddress> found = new ArrayList<>();
        try {
            InitialDirContext context = new InitialDirContext(settings);
            try {
                ask(context, found);
            } finally {
                context.close();
            }
        } catch (NameNotFoundException e) {
            throw unknown(e);
        } catch (CommunicationException | ServiceUnavailableException e) {
            throw new ProbeException(
                    ProbeAnswer.failed("no answer from the name server " + TcpProbe.text(server)
                            + (deadline.passed() ? deadline.within() : "")),
                    e);
        } catch (NamingException e) {
            throw new ProbeException(
                    ProbeAnswer.failed("the name server " + TcpProbe.text(server) + " says: " + e.getMessage()), e);
        }
        if (found.isEmpty()) {
            throw new UnknownHostException(domain);
        }
        return found;
    }

    /**
     * One type after the other, because many servers refuse the question for ANY that two types at once become.
     *
     * @param found to which the addresses are added
     * @throws NamingException when none was found, and a question failed: for another reason than that there is no such
     *     name, where there is one
     */
    @SuppressWarnings("BanJNDI")
    private void ask(InitialDirContext context, List<InetAddress> found) throws NamingException, UnknownHostException {
        NamingException failure = null;
        for (String type : TYPES) {
            try {
                Attribute values = context.getAttributes(absolute(domain), new String[] {type})
                        .get(type);
                for (int i = 0; values != null && i < values.size(); i++) {
                    found.add(InetAddress.getByName(String.valueOf(values.get(i))));
                }
            } catch (NamingException e) {
                failure = failure == null || failure instanceof NameNotFoundException ? e : failure;
            }
        }
        if (found.isEmpty() && failure != null) {
            throw failure;
        }
    }

    private static String absolute(String name) {
        return name.endsWith(".") ? name : name + ".";
    }

    private static UnknownHostException unknown(NamingException cause) {
        UnknownHostException unknown = new UnknownHostException(cause.getMessage());
        unknown.initCause(cause);
        return unknown;
    }
}
