package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import java.lang.foreign.MemorySegment;

/** A tensor in memory of ours. It keeps its segment reachable and notices when that is freed. */
final class Memory extends NativeObject {

    private final long bytes;
    private MemorySegment segment;

    Memory(MemoryDescriptor descriptor, MemorySegment segment) {
        super(Status.create(
                result -> Dnnl.dnnl_memory_create(result, descriptor.handle(), Engine.CPU.handle(), MemorySegment.NULL),
                () -> "dnnl_memory_create " + descriptor), Dnnl::dnnl_memory_destroy);
        this.bytes = descriptor.bytes();
        try {
            move(segment);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** @throws IllegalArgumentException if the segment is too small or on the heap */
    void move(MemorySegment newSegment) {
        if (!newSegment.isNative() || newSegment.byteSize() < bytes) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes cannot live in " + newSegment);
        }
        Status.check(Dnnl.dnnl_memory_set_data_handle(handle(), newSegment), () -> "dnnl_memory_set_data_handle");
        segment = newSegment;
    }

    boolean isAlive() {
        return segment.scope().isAlive();
    }
}
