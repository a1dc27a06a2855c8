package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Layer normalisation of each pixel over its channels: {@code (x - mean) / sqrt(var + eps) · weight + bias}, with the
 * biased variance. Sums are fp32; the variance is taken around the mean, in a second pass.
 */
public final class LayerNorm {

    private final int channels;
    private final float eps;
    private final Optional<Affine> affine;
    private final VectorMask<Float> lastLanes;

    /**
     * @param channels number of channels
     * @param eps      what is added to the variance
     * @param affine   weight and bias, unless they have been folded into what follows
     */
    public LayerNorm(int channels, float eps, Optional<Affine> affine) {
        affine.ifPresent(a -> a.scale().requireColumns(channels));
        this.channels = channels;
        this.eps = eps;
        this.affine = affine;
        this.lastLanes = Lanes.SPECIES.indexInRange((Lanes.vectors(channels) - 1) * Lanes.COUNT, channels);
    }

    /**
     * Normalises one worker's rows.
     *
     * @param src {@code [rows, channels]}, aligned
     * @param dst likewise; may be {@code src}
     */
    public void run(Matrix src, Matrix dst, Share share) {
        src.requireColumns(channels);
        dst.requireShape(src.rows(), channels);
        int end = share.to(src.rows());
        for (int row = share.from(src.rows()); row < end; row++) {
            normalise(src.memory(), src.rowOffset(row), dst.memory(), dst.rowOffset(row));
            if (affine.isPresent()) {
                affine.get().apply(dst.memory(), dst.rowOffset(row), dst.memory(), dst.rowOffset(row));
            }
        }
    }

    /** Normalises one row, written in whole vectors. */
    void normalise(MemorySegment src, long from, MemorySegment dst, long to) {
        int last = Lanes.vectors(channels) - 1;
        FloatVector sum = Lanes.zero();
        for (int v = 0; v < last; v++) {
            sum = sum.add(Lanes.load(src, from + (long) v * Lanes.BYTES));
        }
        FloatVector tail = Lanes.load(src, from + (long) last * Lanes.BYTES);
        sum = sum.add(tail, lastLanes);
        FloatVector mean = Lanes.sum(sum).div(channels);
        FloatVector squares = Lanes.zero();
        for (int v = 0; v < last; v++) {
            FloatVector d = Lanes.load(src, from + (long) v * Lanes.BYTES).sub(mean);
            squares = d.fma(d, squares);
        }
        FloatVector d = tail.sub(mean);
        squares = squares.add(d.mul(d), lastLanes);
        float variance = Lanes.sum(squares).lane(0) / channels;
        FloatVector scale = Lanes.broadcast((float) (1 / Math.sqrt(variance + eps)));
        for (int v = 0; v <= last; v++) {
            long at = (long) v * Lanes.BYTES;
            Lanes.store(Lanes.load(src, from + at).sub(mean).mul(scale), dst, to + at);
        }
    }
}
