package io.panext.jmh;

import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.Execution;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.Primitive;
import io.panext.onednn.PrimitiveDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * The most bf16 operations that one core can do: oneDNN's product of a size that suits it and stays in the second level
 * of cache. Java has no instruction for them that could be measured alone; of what {@code vdpbf16ps} gives, twice what
 * fp32 does, this reaches all but a fiftieth.
 */
final class Bf16Ceiling implements AutoCloseable {

    private static final int ROWS = 48;
    private static final int DEPTH = 512;
    private static final int COLUMNS = 512;

    private static final int PASSES = 10;

    /** Operations of a run. */
    static final double FLOP = 2.0 * ROWS * DEPTH * COLUMNS * PASSES;

    private static final int ALIGNMENT = 64;

    private final Primitive primitive;
    private final Execution execution;

    /** @throws io.panext.onednn.OnednnException if the processor has no such instructions */
    Bf16Ceiling(Arena arena) {
        try (MemoryDescriptor src = MemoryDescriptor.rows(DataType.BF16, ROWS, DEPTH, DEPTH);
                MemoryDescriptor any = MemoryDescriptor.anyLayout(DataType.BF16, DEPTH, COLUMNS);
                MemoryDescriptor dst = MemoryDescriptor.rows(DataType.F32, ROWS, COLUMNS, COLUMNS);
                PrimitiveDescriptor descriptor = PrimitiveDescriptor.matmul(src, any, dst);
                MemoryDescriptor weights = descriptor.weights()) {
            primitive = new Primitive(descriptor);
            MemorySegment scratchpad = arena.allocate(Math.max(1, descriptor.scratchpadBytes()), ALIGNMENT);
            execution = new Execution(primitive, Map.of(Argument.SRC, OnednnMatmul.tensor(arena, src), Argument.WEIGHTS,
                    OnednnMatmul.tensor(arena, weights), Argument.DST, OnednnMatmul.tensor(arena, dst)), scratchpad);
        }
    }

    /** Multiplies, some times over. */
    void run() {
        for (int pass = 0; pass < PASSES; pass++) {
            execution.run();
        }
    }

    @Override
    public void close() {
        execution.close();
        primitive.close();
    }
}
