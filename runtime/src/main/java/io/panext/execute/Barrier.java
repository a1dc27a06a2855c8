package io.panext.execute;

import java.util.concurrent.atomic.AtomicInteger;

/** A place where a fixed number of threads wait for each other, again and again. */
final class Barrier {

    private final int parties;
    private final AtomicInteger arrived = new AtomicInteger();
    private volatile int round;

    Barrier(int parties) {
        this.parties = parties;
    }

    /** Waits until all parties have arrived; what each did before happens before what any does after. */
    void await() {
        int current = round;
        if (arrived.incrementAndGet() == parties) {
            arrived.set(0);
            round = current + 1;
        } else {
            Backoff.await(() -> round != current);
        }
    }
}
