package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer normalisation of each pixel over its channels: {@code (x - mean) / sqrt(var + eps) · weight + bias}, with the
 * biased variance. The variance is taken around the mean, in a second pass.
 *
 * <p>Two rows at a time, since one waits most of the time for its own sums. Four are more code than C2 takes.
 */
public final class LayerNorm extends RowNorm {

    // As in DepthwiseTile, every vector operation is spelled out, and loops have no counter: a row has too few vectors to
    // pay for the three loops that C2 makes of one that has. The rows share a vector for their sums, one in each half of
    // the lanes, which are added in the order of Lanes.sum.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;

    private final float inverse;

    /**
     * @param channels number of channels
     * @param eps      what is added to the variance
     * @param affine   weight and bias, unless they have been folded into what follows
     */
    public LayerNorm(int channels, float eps, Optional<Affine> affine) {
        super(channels, eps, affine);
        inverse = 1f / channels;
    }

    @Override
    void normalise(MemorySegment src, long from, MemorySegment dst, long to) {
        normalise(src, from, from, dst, to, to);
    }

    /** Normalises two rows, or one, if they are the same: each vector is loaded for both before it is stored for either. */
    @Override
    void normalise(MemorySegment src, long from0, long from1, MemorySegment dst, long to0, long to1) {
        long last = (Lanes.vectors(channels) - 1L) * BYTES;
        FloatVector zero = FloatVector.zero(S);
        FloatVector sum0 = zero.add(FloatVector.fromMemorySegment(S, src, from0 + last, ORDER), lastLanes);
        FloatVector sum1 = zero.add(FloatVector.fromMemorySegment(S, src, from1 + last, ORDER), lastLanes);
        for (long at = 0; at != last; at += BYTES) {
            sum0 = sum0.add(FloatVector.fromMemorySegment(S, src, from0 + at, ORDER));
            sum1 = sum1.add(FloatVector.fromMemorySegment(S, src, from1 + at, ORDER));
        }
        FloatVector sums = sum0.blend(sum1, Lanes.UPPER_HALF)
                .add(sum1.blend(sum0, Lanes.UPPER_HALF).rearrange(Lanes.ACROSS_HALF));
        if (Lanes.COUNT > 8) {
            sums = sums.add(sums.rearrange(Lanes.ACROSS_4));
        }
        if (Lanes.COUNT > 4) {
            sums = sums.add(sums.rearrange(Lanes.ACROSS_2));
        }
        sums = sums.add(sums.rearrange(Lanes.ACROSS_1));
        FloatVector means = sums.mul(inverse);
        FloatVector mean0 = means.rearrange(Lanes.FIRST);
        FloatVector mean1 = means.rearrange(Lanes.LAST);
        FloatVector d0 = FloatVector.fromMemorySegment(S, src, from0 + last, ORDER).sub(mean0);
        FloatVector d1 = FloatVector.fromMemorySegment(S, src, from1 + last, ORDER).sub(mean1);
        FloatVector squares0 = zero.add(d0.mul(d0), lastLanes);
        FloatVector squares1 = zero.add(d1.mul(d1), lastLanes);
        for (long at = 0; at != last; at += BYTES) {
            d0 = FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(mean0);
            d1 = FloatVector.fromMemorySegment(S, src, from1 + at, ORDER).sub(mean1);
            squares0 = d0.fma(d0, squares0);
            squares1 = d1.fma(d1, squares1);
        }
        FloatVector squares = squares0.blend(squares1, Lanes.UPPER_HALF)
                .add(squares1.blend(squares0, Lanes.UPPER_HALF).rearrange(Lanes.ACROSS_HALF));
        if (Lanes.COUNT > 8) {
            squares = squares.add(squares.rearrange(Lanes.ACROSS_4));
        }
        if (Lanes.COUNT > 4) {
            squares = squares.add(squares.rearrange(Lanes.ACROSS_2));
        }
        squares = squares.add(squares.rearrange(Lanes.ACROSS_1));
        // A scalar root and quotient take a quarter of the time of a vector's.
        FloatVector scale0 = FloatVector.broadcast(S, 1 / (float) Math.sqrt(squares.lane(0) * inverse + eps));
        FloatVector scale1 = FloatVector.broadcast(S,
                1 / (float) Math.sqrt(squares.lane(Lanes.COUNT - 1) * inverse + eps));
        for (long at = 0; at != last + BYTES; at += BYTES) {
            FloatVector y0 = FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(mean0).mul(scale0);
            FloatVector y1 = FloatVector.fromMemorySegment(S, src, from1 + at, ORDER).sub(mean1).mul(scale1);
            y0.intoMemorySegment(dst, to0 + at, ORDER);
            y1.intoMemorySegment(dst, to1 + at, ORDER);
        }
    }
}
