package dev.belay.verify;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The addresses of a host, by the resolver of this machine, within a time limit that it does not know by itself. */
final class Addresses {
    private Addresses() {}

    /**
     * From now on each attempt asks anew: Java would remember an answer, and that there was none, for longer than the
     * time between two attempts. It looks at this once, when the first name is resolved.
     */
    static void rememberNone() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /** @throws ProbeException INCONCLUSIVE when there is no answer, which says nothing about the host */
    static List<InetAddress> of(String host, Deadline deadline) throws ProbeException, InterruptedException {
        try {
            return ask(host, deadline);
        } catch (UnknownHostException e) {
            throw new ProbeException(ProbeAnswer.inconclusive("the name " + host + " cannot be resolved"), e);
        } catch (TimeoutException e) {
            throw new ProbeException(
                    ProbeAnswer.inconclusive("the name " + host + " was not resolved" + deadline.within()), e);
        }
    }

    static List<InetAddress> ask(String host, Deadline deadline)
            throws UnknownHostException, TimeoutException, InterruptedException {
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        // nothing ends a resolver that hangs; the thread keeps nobody alive
        Thread thread = new Thread(
                () -> {
                    try {
                        answer.complete(List.of(InetAddress.getAllByName(host)));
                    } catch (UnknownHostException e) {
                        answer.completeExceptionally(e);
                    }
                },
                "belay-resolver");
        thread.setDaemon(true);
        thread.start();
        try {
            return answer.get(deadline.left().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException unknown) {
                throw unknown;
            }
            throw new CompletionException(e.getCause());
        }
    }
}
