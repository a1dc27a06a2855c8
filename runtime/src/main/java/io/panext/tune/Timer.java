package io.panext.tune;

import java.util.function.LongSupplier;

/**
 * A clock, and when time is over.
 *
 * @param clock in nanoseconds
 * @param end   on that clock
 */
record Timer(LongSupplier clock, long end) {

    static Timer of(LongSupplier clock, long nanos) {
        return new Timer(clock, clock.getAsLong() + nanos);
    }

    /** Returns one that is over when a part of what is left has passed. */
    Timer part(int parts) {
        return new Timer(clock, now() + (end - now()) / parts);
    }

    long now() {
        return clock.getAsLong();
    }

    boolean isOver() {
        return now() - end >= 0;
    }
}
