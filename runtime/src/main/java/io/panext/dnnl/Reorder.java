package io.panext.dnnl;

import io.panext.onednn.Argument;
import io.panext.onednn.Execution;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.Primitive;
import io.panext.onednn.PrimitiveDescriptor;
import io.panext.zoo.Parameter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** Brings weights into a layout of oneDNN's choice, once. Packing threads share nothing of it. */
final class Reorder {

    private Reorder() {}

    /**
     * Writes all values of a parameter in another layout.
     *
     * @param plain  describes the values, fp32; what they do not fill is zero
     * @param packed describes {@code dst}
     */
    static void run(MemoryDescriptor plain, Parameter values, MemoryDescriptor packed, MemorySegment dst) {
        run(plain, values, 0, values.size(), packed, dst);
    }

    /**
     * Writes some values of a parameter in another layout.
     *
     * @param plain  describes the values, fp32; what they do not fill is zero
     * @param from   index of the first value
     * @param count  how many
     * @param packed describes {@code dst}
     */
    static void run(MemoryDescriptor plain, Parameter values, int from, int count, MemoryDescriptor packed,
            MemorySegment dst) {
        try (PrimitiveDescriptor descriptor = PrimitiveDescriptor.reorder(plain, packed);
                Primitive primitive = new Primitive(descriptor);
                Arena arena = Arena.ofConfined()) {
            MemorySegment src = arena.allocate(plain.bytes(), Constant.ALIGNMENT);
            Constant.read(values, from, count, src);
            MemorySegment scratchpad = arena.allocate(Math.max(1, descriptor.scratchpadBytes()), Constant.ALIGNMENT);
            Map<Argument, Execution.Tensor> tensors = Map.of(Argument.SRC, new Execution.Tensor(plain, src),
                    Argument.DST, new Execution.Tensor(packed, dst));
            try (var execution = new Execution(primitive, tensors, scratchpad)) {
                execution.run();
            }
        }
    }
}
