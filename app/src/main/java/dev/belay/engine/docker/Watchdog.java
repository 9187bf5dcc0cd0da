package dev.belay.engine.docker;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Closes channels that are overdue, because a blocking read of a unix socket has no timeout of its own. */
final class Watchdog {
    private static final Logger LOG = System.getLogger(Watchdog.class.getName());

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "belay-engine-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    Watchdog() {
        timer.setRemoveOnCancelPolicy(true);
        // nothing has to be closed, so that nothing can be closed too early: a thaw may come last of all
        timer.setKeepAliveTime(2, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    Guard guard(Channel channel, Duration total) {
        return new Guard(channel, total);
    }

    /** Watches one channel until it is closed. */
    final class Guard implements Closeable {
        private final Channel channel;
        private final long begin = System.nanoTime();
        private final long totalNanos;
        private volatile long dueNanos;
        private volatile boolean expired;
        private volatile boolean done;
        private volatile ScheduledFuture<?> task;

        private Guard(Channel channel, Duration total) {
            this.channel = channel;
            this.totalNanos = total.toNanos();
            this.dueNanos = totalNanos;
            this.task = timer.schedule(this::look, Math.min(totalNanos, LOOK_NANOS), TimeUnit.NANOSECONDS);
        }

        /** The engine must do something within this time. */
        void arm(Duration wait) {
            dueNanos = Math.min(totalNanos, elapsed() + wait.toNanos());
        }

        /** It is our turn: only the total counts. */
        void disarm() {
            dueNanos = totalNanos;
        }

        boolean expired() {
            return expired;
        }

        long elapsedSeconds() {
            return TimeUnit.NANOSECONDS.toSeconds(elapsed());
        }

        @Override
        public void close() {
            done = true;
            task.cancel(false);
        }

        private long elapsed() {
            return System.nanoTime() - begin;
        }

        private void look() {
            if (done) {
                return;
            }
            long left = dueNanos - elapsed();
            if (left > 0) {
                task = timer.schedule(this::look, Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS);
                return;
            }
            expired = true;
            try {
                channel.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "closing an overdue channel", e);
            }
        }
    }

    /** A deadline can move to an earlier time, so it is looked at this often at least. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
}
