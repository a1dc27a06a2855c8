package io.panext.zoo.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Brings mapped tensors from the disk into the system's cache while other threads work on those that are there. Close it
 * before what it reads.
 */
public final class ReadAhead implements AutoCloseable {

    private static final long WINDOW = 8 << 20;

    private final List<MemorySegment> tensors;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private volatile boolean stopped;

    /** Begins. */
    ReadAhead(List<MemorySegment> tensors) {
        this.tensors = tensors;
        thread.execute(this::run);
    }

    private void run() {
        try {
            for (MemorySegment tensor : tensors) {
                for (long from = 0; from < tensor.byteSize() && !stopped; from += WINDOW) {
                    MemorySegment window = tensor.asSlice(from, Math.min(WINDOW, tensor.byteSize() - from));
                    if (!window.isLoaded()) {
                        window.load();
                        // It is to be in the system's memory, not in that of this process.
                        window.unload();
                    }
                }
            }
        } catch (InternalError e) {
            // The file has become shorter: whoever reads the tensor finds out too, and tells.
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        stopped = true;
        thread.close();
    }
}
