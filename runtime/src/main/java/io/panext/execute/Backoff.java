package io.panext.execute;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waiting that reacts within nanoseconds at first and costs nothing later.
 *
 * <p>It is bounded in time, not in turns: how long a pause instruction takes differs a hundredfold between processors.
 */
final class Backoff {

    private static final long SPIN_NANOS = 50_000;

    /** Longer than one worker is behind another that has a processor to itself. */
    private static final long YIELD_NANOS = 2_000_000;

    private static final long NAP_NANOS = 50_000;
    private static final int TURNS_BETWEEN_CLOCK_READINGS = 32;

    private Backoff() {}

    /** Spins until the condition holds or the time is up; returns whether it holds. */
    static boolean spin(BooleanSupplier condition) {
        return turn(condition, SPIN_NANOS, Thread::onSpinWait);
    }

    /**
     * Waits until the condition holds: for waits that are known to be short.
     *
     * <p>Who sleeps wakes up to a tenth of a millisecond late, a virtual processor more so; that is not worth it for what a
     * step of a run lasts. After the first spin, though, others may have the processor: the one who is waited for may need it.
     */
    static void await(BooleanSupplier condition) {
        if (spin(condition) || turn(condition, YIELD_NANOS, Thread::yield)) {
            return;
        }
        while (!spin(condition)) {
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    private static boolean turn(BooleanSupplier condition, long nanos, Runnable between) {
        long end = System.nanoTime() + nanos;
        do {
            for (int turn = 0; turn < TURNS_BETWEEN_CLOCK_READINGS; turn++) {
                if (condition.getAsBoolean()) {
                    return true;
                }
                between.run();
            }
        } while (System.nanoTime() - end < 0);
        return condition.getAsBoolean();
    }
}
