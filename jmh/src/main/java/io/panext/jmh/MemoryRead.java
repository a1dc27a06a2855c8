package io.panext.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Reads a block of memory from end to end, as fast as one core can. */
final class MemoryRead {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int BYTES = SPECIES.vectorByteSize();
    private static final int STRIDE = 4 * BYTES;
    private static final int ALIGNMENT = 64;

    /** The bits of an fp32 of 0.0115: neither zero nor slow to add. */
    private static final byte FILL = 0x3c;

    private final MemorySegment memory;
    private final int strides;
    private final int passes;

    /** @param passes how often a {@link #run} reads the block */
    MemoryRead(Arena arena, long bytes, int passes) {
        strides = Math.toIntExact(Math.ceilDiv(bytes, STRIDE));
        memory = arena.allocate((long) strides * STRIDE, ALIGNMENT).fill(FILL);
        this.passes = passes;
    }

    /** Bytes that a run reads. */
    double bytes() {
        return (double) passes * memory.byteSize();
    }

    /** Returns a sum, so that nothing is read in vain. */
    float run() {
        float sum = 0;
        for (int pass = 0; pass < passes; pass++) {
            sum += sum();
        }
        return sum;
    }

    private float sum() {
        FloatVector a = FloatVector.fromMemorySegment(SPECIES, memory, 0, ORDER);
        FloatVector b = a.add(1), c = a.add(2), d = a.add(3);
        for (int i = 0; i < strides; i++) {
            long offset = (long) i * STRIDE;
            a = a.add(FloatVector.fromMemorySegment(SPECIES, memory, offset, ORDER));
            b = b.add(FloatVector.fromMemorySegment(SPECIES, memory, offset + BYTES, ORDER));
            c = c.add(FloatVector.fromMemorySegment(SPECIES, memory, offset + 2L * BYTES, ORDER));
            d = d.add(FloatVector.fromMemorySegment(SPECIES, memory, offset + 3L * BYTES, ORDER));
        }
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }
}
