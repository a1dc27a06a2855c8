package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Activations of the form {@code x · σ(g(x))} with {@code σ(g) = 1 / (1 + exp(-g))}: SiLU, where {@code g(x) = x}, and
 * GELU's approximation by the hyperbolic tangent, {@code x / 2 · (1 + tanh(g(x) / 2))}, where
 * {@code g(x) = 2 √(2/π) · (x + 0.044715 x³)}.
 */
public enum SigmoidGate {

    /** {@code x / (1 + exp(-x))}. */
    SILU(1, 0),

    /** {@code x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))}. */
    GELU_TANH((float) (2 * Math.sqrt(2 / Math.PI)), (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715));

    /** From here on the exponential is the smallest that there is. */
    private static final int LIMIT_BITS = Float.floatToIntBits(100);

    private final float linear;
    private final float cubic;

    SigmoidGate(float linear, float cubic) {
        this.linear = linear;
        this.cubic = cubic;
    }

    /** Replaces every value. */
    void apply(Matrix block) {
        MemorySegment memory = block.memory();
        OffHeap.require(memory);
        int vectors = Lanes.vectors(block.columns());
        for (int row = 0; row < block.rows(); row++) {
            for (int v = 0; v < vectors; v++) {
                long position = block.rowOffset(row) + (long) v * Lanes.BYTES;
                // Spelled out: after so much arithmetic, C2 inlines nothing more that it does not have to.
                FloatVector x = FloatVector.fromMemorySegment(Lanes.SPECIES, memory, position, Lanes.ORDER);
                gated(x, linear, cubic).intoMemorySegment(memory, position, Lanes.ORDER);
            }
        }
    }

    /** Computes one worker's rows of an aligned map. */
    public void run(Matrix src, Matrix dst, Share share) {
        Matrix rows = dst.slice(share.from(dst.rows()), share.to(dst.rows()));
        Copy.rows(src.slice(share.from(src.rows()), share.to(src.rows())), rows);
        apply(rows);
    }

    /** {@code g} is odd, so that the exponential of a negative number is enough, and nothing overflows. */
    private static FloatVector gated(FloatVector x, float linear, float cubic) {
        // Floats that are not negative order as their bits do.
        FloatVector magnitude = x.abs().reinterpretAsInts().min(LIMIT_BITS).reinterpretAsFloats();
        FloatVector gate = Lanes.fma(magnitude.mul(magnitude), Lanes.broadcast(cubic), Lanes.broadcast(linear));
        FloatVector e = Exponential.of(gate.mul(magnitude).neg());
        FloatVector numerator = Lanes.broadcast(1).blend(e, x.compare(VectorOperators.LT, 0));
        return x.mul(numerator).div(e.add(1));
    }
}
