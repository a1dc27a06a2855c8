package io.panext.onednn;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;

/** Something that oneDNN made and that must be given back once. All of them are counted. */
public abstract sealed class NativeObject implements AutoCloseable
        permits Attributes, Engine, Memory, MemoryDescriptor, Primitive, PrimitiveDescriptor, Stream {

    private static final AtomicLong LIVE = new AtomicLong();

    private final MemorySegment handle;
    private final ToIntFunction<MemorySegment> destroy;
    private final AtomicBoolean closed = new AtomicBoolean();

    NativeObject(MemorySegment handle, ToIntFunction<MemorySegment> destroy) {
        this.handle = handle;
        this.destroy = destroy;
        LIVE.incrementAndGet();
    }

    /** Returns how many objects of oneDNN this process holds now. */
    public static long live() {
        return LIVE.get();
    }

    /** @throws IllegalStateException if it is closed */
    MemorySegment handle() {
        if (closed.get()) {
            throw new IllegalStateException(getClass().getSimpleName() + " used after it was closed");
        }
        return handle;
    }

    /** Gives it back to oneDNN. Closing twice does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LIVE.decrementAndGet();
            Status.check(destroy.applyAsInt(handle), () -> "destroying a " + getClass().getSimpleName());
        }
    }
}
