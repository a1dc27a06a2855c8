package io.panext.dnnl;

import io.panext.onednn.Argument;
import io.panext.onednn.Execution;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.Primitive;
import io.panext.onednn.PrimitiveDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/** Brings weights into a layout of oneDNN's choice, once. */
final class Reorder {

    private Reorder() {}

    /**
     * Writes values in another layout.
     *
     * @param plain  describes the values, fp32
     * @param packed describes {@code dst}
     */
    static void run(MemoryDescriptor plain, float[] values, MemoryDescriptor packed, MemorySegment dst) {
        try (PrimitiveDescriptor descriptor = PrimitiveDescriptor.reorder(plain, packed);
                Primitive primitive = new Primitive(descriptor);
                Arena arena = Arena.ofConfined()) {
            MemorySegment src = arena.allocate(plain.bytes(), Constant.ALIGNMENT);
            MemorySegment.copy(values, 0, src, ValueLayout.JAVA_FLOAT, 0, values.length);
            MemorySegment scratchpad = arena.allocate(Math.max(1, descriptor.scratchpadBytes()), Constant.ALIGNMENT);
            Map<Argument, Execution.Tensor> tensors = Map.of(Argument.SRC, new Execution.Tensor(plain, src),
                    Argument.DST, new Execution.Tensor(packed, dst));
            try (var execution = new Execution(primitive, tensors, scratchpad)) {
                execution.run();
            }
        }
    }
}
