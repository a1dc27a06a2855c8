package io.panext.execute;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waiting that reacts within nanoseconds at first and costs nothing later.
 *
 * <p>The spin is bounded in time, not in turns: how long a pause instruction takes differs a hundredfold between
 * processors.
 */
final class Backoff {

    private static final long SPIN_NANOS = 50_000;
    private static final int TURNS_BETWEEN_CLOCK_READINGS = 32;

    private Backoff() {}

    /** Spins until the condition holds or the time is up; returns whether it holds. */
    static boolean spin(BooleanSupplier condition) {
        long end = System.nanoTime() + SPIN_NANOS;
        do {
            for (int turn = 0; turn < TURNS_BETWEEN_CLOCK_READINGS; turn++) {
                if (condition.getAsBoolean()) {
                    return true;
                }
                Thread.onSpinWait();
            }
        } while (System.nanoTime() - end < 0);
        return condition.getAsBoolean();
    }

    /** Spins, then sleeps in short naps, until the condition holds: for waits that are known to be short. */
    static void await(BooleanSupplier condition) {
        while (!spin(condition)) {
            LockSupport.parkNanos(SPIN_NANOS);
        }
    }
}
