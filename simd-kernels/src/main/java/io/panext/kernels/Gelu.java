package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;

/**
 * The exact Gaussian error linear unit, {@code x · Φ(x) = x / 2 · (1 + erf(x / √2))}, within 1e-6.
 *
 * <p>{@code Φ(x) - 1/2} is odd, so that {@code x · (Φ(x) - 1/2)} is {@code x²} times a polynomial in {@code x²}: a
 * minimax fit of degree 14 over |x| ≤ 5.3 in the variable {@code u = 2x²/5.3² - 1}, which keeps the rounding errors of
 * the terms small. Beyond 5.3 the result is {@code x} or zero. Vectors of sixteen floats look up shorter polynomials in
 * {@link GeluTable}.
 */
public final class Gelu {

    private static final int LIMIT_BITS = Float.floatToIntBits(5.3f);
    private static final float SCALE = 0.071199715f;

    private Gelu() {}

    /** Replaces every value. */
    static void apply(Matrix block) {
        apply(block, null, 0);
    }

    /**
     * Replaces every value and writes each column's sum of squared results.
     *
     * @param sums       where the sums go
     * @param sumsOffset place of the first column's sum, in bytes
     */
    static void applyAndSumSquares(Matrix block, MemorySegment sums, long sumsOffset) {
        apply(block, Objects.requireNonNull(sums), sumsOffset);
    }

    /** Computes one worker's rows of an aligned map. */
    public static void run(Matrix src, Matrix dst, Share share) {
        Matrix rows = dst.slice(share.from(dst.rows()), share.to(dst.rows()));
        Copy.rows(src.slice(share.from(src.rows()), share.to(src.rows())), rows);
        apply(rows);
    }

    private static void apply(Matrix block, MemorySegment sums, long sumsOffset) {
        if (GeluTable.FITS) {
            GeluTable.apply(block, sums, sumsOffset);
        } else {
            polynomial(block, sums, sumsOffset);
        }
    }

    // The polynomial is part of the loop, and the loop too much code for C2 to inline into others: as a method of its own,
    // it was a call wherever that had inlined much before, with a heap object for every vector.
    private static void polynomial(Matrix block, MemorySegment sums, long sumsOffset) {
        MemorySegment memory = block.memory();
        long stride = block.stride();
        int rows = block.rows();
        int vectors = Lanes.vectors(block.columns());
        for (int v = 0; v < vectors; v++) {
            long offset = block.offset() + (long) v * Lanes.BYTES;
            FloatVector sum = Lanes.zero();
            for (int row = 0; row < rows; row++) {
                long position = offset + row * stride;
                FloatVector x = Lanes.load(memory, position);
                FloatVector magnitude = x.abs();
                // Floats that are not negative order as their bits do; the floating-point minimum costs six instructions.
                FloatVector clamped = magnitude.reinterpretAsInts().min(LIMIT_BITS).reinterpretAsFloats();
                FloatVector u = Lanes.fma(clamped.mul(clamped), Lanes.broadcast(SCALE), Lanes.broadcast(-1));
                FloatVector p = Lanes.broadcast(0.00022970955f);
                p = Lanes.fma(p, u, Lanes.broadcast(-0.0007180528f));
                p = Lanes.fma(p, u, Lanes.broadcast(0.0008885669f));
                p = Lanes.fma(p, u, Lanes.broadcast(-0.0012269083f));
                p = Lanes.fma(p, u, Lanes.broadcast(0.0029601867f));
                p = Lanes.fma(p, u, Lanes.broadcast(-0.0057093534f));
                p = Lanes.fma(p, u, Lanes.broadcast(0.008922418f));
                p = Lanes.fma(p, u, Lanes.broadcast(-0.013256548f));
                p = Lanes.fma(p, u, Lanes.broadcast(0.018900624f));
                p = Lanes.fma(p, u, Lanes.broadcast(-0.025281066f));
                p = Lanes.fma(p, u, Lanes.broadcast(0.032082584f));
                p = Lanes.fma(p, u, Lanes.broadcast(-0.039590687f));
                p = Lanes.fma(p, u, Lanes.broadcast(0.049264032f));
                p = Lanes.fma(p, u, Lanes.broadcast(-0.066518456f));
                p = Lanes.fma(p, u, Lanes.broadcast(0.13339257f));
                // At the limit the product is exactly 1/2, and the sum x or zero.
                FloatVector y = Lanes.fma(magnitude, clamped.mul(p), x.mul(0.5f));
                Lanes.store(y, memory, position);
                sum = Lanes.fma(y, y, sum);
            }
            if (sums != null) {
                Lanes.store(sum, sums, sumsOffset + (long) v * Lanes.BYTES);
            }
        }
    }
}
