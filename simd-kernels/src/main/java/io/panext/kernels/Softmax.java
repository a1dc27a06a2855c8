package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The softmax of each row, {@code exp(x - max) / Σ exp(x - max)}. */
public final class Softmax {

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
            FloatVector e = Exponential.of(Lanes.load(src, from + 4L * i).sub(top));
            Lanes.store(e, dst, to + 4L * i);
            sum = sum.add(e, Lanes.SPECIES.indexInRange(i, classes));
        }
        FloatVector total = Lanes.sum(sum);
        for (int i = 0; i < classes; i += Lanes.COUNT) {
            Lanes.store(Lanes.load(dst, to + 4L * i).div(total), dst, to + 4L * i);
        }
    }
}
