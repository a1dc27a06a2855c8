package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** A normalisation of each pixel over its channels. Sums are fp32. */
public abstract sealed class RowNorm permits LayerNorm, RmsNorm, SimpleNorm {

    /** Number of channels. */
    final int channels;

    /** What is added to the variance, or to what takes its place. */
    final float eps;

    /** The lanes of a row's last vector that hold channels. */
    final VectorMask<Float> lastLanes;

    private final Optional<Affine> affine;

    RowNorm(int channels, float eps, Optional<Affine> affine) {
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
    public final void run(Matrix src, Matrix dst, Share share) {
        src.requireColumns(channels);
        dst.requireShape(src.rows(), channels);
        normalise(src, dst, share.from(src.rows()), share.to(src.rows()));
    }

    /**
     * Normalises the rows {@code from} to {@code to}, excluded, writes them in whole vectors and {@linkplain #finish
     * finishes} them.
     *
     * @param src {@code [rows, channels]}
     * @param dst likewise; may be {@code src}
     */
    abstract void normalise(Matrix src, Matrix dst, int from, int to);

    /** Scales and shifts rows that have been normalised, if that is wanted. */
    final void finish(Matrix dst, int from, int to) {
        if (affine.isPresent()) {
            affine.get().apply(dst, dst, from, to);
        }
    }

    /** Returns the sum of a row, in every lane. */
    final FloatVector sum(MemorySegment src, long from) {
        int last = Lanes.vectors(channels) - 1;
        FloatVector sum = Lanes.zero();
        for (int v = 0; v < last; v++) {
            sum = sum.add(Lanes.load(src, from + (long) v * Lanes.BYTES));
        }
        return Lanes.sum(sum.add(Lanes.load(src, from + (long) last * Lanes.BYTES), lastLanes));
    }

    /** Returns the sum of the squared differences of a row from a value, in every lane. */
    final FloatVector squares(MemorySegment src, long from, FloatVector centre) {
        int last = Lanes.vectors(channels) - 1;
        FloatVector squares = Lanes.zero();
        for (int v = 0; v < last; v++) {
            FloatVector d = Lanes.load(src, from + (long) v * Lanes.BYTES).sub(centre);
            squares = Lanes.fma(d, d, squares);
        }
        FloatVector d = Lanes.load(src, from + (long) last * Lanes.BYTES).sub(centre);
        return Lanes.sum(squares.add(d.mul(d), lastLanes));
    }

    /** Writes a row divided by {@code sqrt(variance + eps)}. */
    final void divide(MemorySegment src, long from, float variance, MemorySegment dst, long to) {
        FloatVector scale = Lanes.broadcast((float) (1 / Math.sqrt(variance + eps)));
        for (int v = 0; v < Lanes.vectors(channels); v++) {
            long at = (long) v * Lanes.BYTES;
            Lanes.store(Lanes.load(src, from + at).mul(scale), dst, to + at);
        }
    }
}
