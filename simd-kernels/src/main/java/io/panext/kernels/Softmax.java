package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The softmax of each row, {@code exp(x - max) / Σ exp(x - max)}.
 *
 * <p>{@code exp(x)} is {@code 2ⁿ · exp(r)} with {@code |r| ≤ ln 2 / 2} and a polynomial of degree 6 for {@code exp(r)},
 * within 2 ulp.
 */
public final class Softmax {

    private static final float LOWEST = -87;
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -0.00021219444f;
    private static final int EXPONENT_BIAS = 127;
    private static final int MANTISSA_BITS = 23;

    private Softmax() {}

    /**
     * Writes the probabilities of one worker's rows.
     *
     * @param src {@code [rows, classes]}, aligned
     * @param dst likewise; may be {@code src}
     */
    public static void run(Matrix src, Matrix dst, Share share) {
        dst.requireShape(src.rows(), src.columns());
        int end = share.to(src.rows());
        for (int row = share.from(src.rows()); row < end; row++) {
            row(src.memory(), src.rowOffset(row), dst.memory(), dst.rowOffset(row), src.columns());
        }
    }

    private static void row(MemorySegment src, long from, MemorySegment dst, long to, int classes) {
        FloatVector max = Lanes.broadcast(Float.NEGATIVE_INFINITY);
        for (int i = 0; i < classes; i += Lanes.COUNT) {
            VectorMask<Float> valid = Lanes.SPECIES.indexInRange(i, classes);
            max = max.lanewise(VectorOperators.MAX, Lanes.load(src, from + 4L * i), valid);
        }
        FloatVector top = Lanes.broadcast(max.reduceLanes(VectorOperators.MAX));
        FloatVector sum = Lanes.zero();
        for (int i = 0; i < classes; i += Lanes.COUNT) {
            FloatVector e = exp(Lanes.load(src, from + 4L * i).sub(top));
            Lanes.store(e, dst, to + 4L * i);
            sum = sum.add(e, Lanes.SPECIES.indexInRange(i, classes));
        }
        FloatVector total = Lanes.sum(sum);
        for (int i = 0; i < classes; i += Lanes.COUNT) {
            Lanes.store(Lanes.load(dst, to + 4L * i).div(total), dst, to + 4L * i);
        }
    }

    /** Returns {@code exp(x)} for {@code x ≤ 0}; what underflows becomes {@code exp(-87)}, NaN stays NaN. */
    private static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(LOWEST);
        // Adding and taking away 1.5 · 2²³ rounds to the nearest integer.
        FloatVector n = clamped.mul(LOG2_E).add(0x1.8p23f).sub(0x1.8p23f);
        FloatVector r = n.fma(Lanes.broadcast(-LN2_HIGH), clamped).sub(n.mul(LN2_LOW));
        FloatVector p = Lanes.broadcast(0.00019875691f);
        p = p.fma(r, Lanes.broadcast(0.0013981999f));
        p = p.fma(r, Lanes.broadcast(0.008333452f));
        p = p.fma(r, Lanes.broadcast(0.041665796f));
        p = p.fma(r, Lanes.broadcast(0.16666666f));
        p = p.fma(r, Lanes.broadcast(0.5f));
        FloatVector e = p.mul(r).fma(r, r).add(1);
        FloatVector power = n.convert(VectorOperators.F2I, 0).reinterpretAsInts().add(EXPONENT_BIAS)
                .lanewise(VectorOperators.LSHL, MANTISSA_BITS).reinterpretAsFloats();
        return e.mul(power);
    }
}
