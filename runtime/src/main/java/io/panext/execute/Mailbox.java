package io.panext.execute;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Hands one thing at a time to one sleeping thread. */
final class Mailbox<T> {

    private final AtomicReference<T> slot = new AtomicReference<>();
    private volatile boolean closed;

    /** Leaves something for the receiver and wakes it. */
    void put(T item, Thread receiver) {
        slot.set(item);
        LockSupport.unpark(receiver);
    }

    /** Lets the receiver's {@link #take} return null once nothing is left. */
    void close(Thread receiver) {
        closed = true;
        LockSupport.unpark(receiver);
    }

    /** Waits for something, or returns null when the mailbox is closed. */
    T take() {
        if (!Backoff.spin(this::ready)) {
            while (!ready()) {
                LockSupport.park(this);
                // Java interrupts a reader of memory that is being freed: interrupted, nobody can sleep.
                Thread.interrupted();
            }
        }
        return slot.getAndSet(null);
    }

    private boolean ready() {
        return closed || slot.get() != null;
    }
}
