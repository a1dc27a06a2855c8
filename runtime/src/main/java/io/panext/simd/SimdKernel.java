package io.panext.simd;

import io.panext.compile.Kernel;
import io.panext.compile.PackedKernel;
import io.panext.graph.Shape;
import java.lang.foreign.SegmentAllocator;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** A kernel put together from its parts. */
record SimdKernel(String name, long weightBytes, ToLongFunction<Shape> scratch,
        Function<SegmentAllocator, PackedKernel> packer) implements Kernel {

    SimdKernel {
        name = "simd " + name;
    }

    /** Returns a kernel that has neither weights nor scratch memory. */
    static Kernel withoutWeights(String name, PackedKernel kernel) {
        return new SimdKernel(name, 0, _ -> 0, _ -> kernel);
    }

    /** Returns a kernel that has weights and no scratch memory. */
    static Kernel withWeights(String name, long weightBytes, Function<SegmentAllocator, PackedKernel> packer) {
        return new SimdKernel(name, weightBytes, _ -> 0, packer);
    }

    @Override
    public long scratchBytes(Shape input, int workers) {
        return scratch.applyAsLong(input);
    }

    @Override
    public PackedKernel pack(SegmentAllocator allocator) {
        return packer.apply(allocator);
    }
}
