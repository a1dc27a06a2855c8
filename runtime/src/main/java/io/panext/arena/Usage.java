package io.panext.arena;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Lets something be freed only while nobody uses it. Safe for use by many threads. */
public final class Usage {

    private final String what;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Hold hold = lock.readLock()::unlock;
    private volatile boolean ended;

    /** Keeps something from being freed until it is closed, by the thread that took it. */
    @FunctionalInterface
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /** @param what is used, for messages: {@code the model} */
    public Usage(String what) {
        this.what = what;
    }

    /** Returns whether it has not been freed. */
    public boolean isOpen() {
        return !ended;
    }

    /**
     * Makes sure that it has not been freed.
     *
     * @throws IllegalStateException if it has
     */
    public void requireOpen() {
        if (ended) {
            throw new IllegalStateException(what + " is closed");
        }
    }

    /**
     * Takes hold of it.
     *
     * @throws IllegalStateException if it has been freed
     */
    public Hold hold() {
        lock.readLock().lock();
        if (ended) {
            lock.readLock().unlock();
            requireOpen();
        }
        return hold;
    }

    /**
     * Frees it once nobody holds it any more, or does nothing if that has been done.
     *
     * @throws IllegalStateException if this thread itself holds it
     */
    public void end(Runnable free) {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException(what + " cannot be closed by what runs on it");
        }
        lock.writeLock().lock();
        try {
            if (!ended) {
                ended = true;
                free.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
