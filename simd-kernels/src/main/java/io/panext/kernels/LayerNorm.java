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
 * <p>A block of rows is read three times, for its means, its variances and its result: a row waits for its own sums most
 * of the time, in which those behind it can begin.
 */
public final class LayerNorm extends RowNorm {

    // As in DepthwiseTile, the loops spell out every vector operation. Those over a row have no counter: it has too few
    // vectors to pay for the three loops that C2 makes of one that has (even a comparison by < would be one). They take two
    // vectors of a row at a time, each into a sum of its own, and the one that may be left. Two rows are added up together.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;
    private static final long PAIR = 2L * BYTES;

    /** What a block of rows takes of the first cache, in bytes. */
    private static final long BLOCK_BYTES = 24 << 10;

    /** The most rows of a block; an even number. */
    private static final int BLOCK_ROWS = 16;

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
    void normalise(Matrix src, Matrix dst, int from, int to) {
        float[] means = new float[BLOCK_ROWS];
        float[] scales = new float[BLOCK_ROWS];
        int block = Math.clamp(BLOCK_BYTES / (4L * channels), 2, BLOCK_ROWS) & ~1;
        for (int row = from; row < to; row += block) {
            int rows = Math.min(block, to - row);
            means(src.memory(), src.rowOffset(row), src.stride(), rows, means);
            scales(src.memory(), src.rowOffset(row), src.stride(), rows, means, scales);
            write(src.memory(), src.rowOffset(row), src.stride(), rows, means, scales, dst.memory(),
                    dst.rowOffset(row), dst.stride());
            finish(dst, row, row + rows);
        }
    }

    private void means(MemorySegment src, long from, long stride, int rows, float[] means) {
        long last = (Lanes.vectors(channels) - 1L) * BYTES;
        long pairs = last & -PAIR;
        FloatVector zero = FloatVector.zero(S);
        for (int row = 0; row < rows; row += 2) {
            long from0 = from + row * stride;
            long from1 = from + Math.min(row + 1, rows - 1) * stride;
            FloatVector sum0 = zero.add(FloatVector.fromMemorySegment(S, src, from0 + last, ORDER), lastLanes);
            FloatVector sum1 = zero.add(FloatVector.fromMemorySegment(S, src, from1 + last, ORDER), lastLanes);
            FloatVector odd0 = zero, odd1 = zero;
            long at = 0;
            for (; at != pairs; at += PAIR) {
                sum0 = sum0.add(FloatVector.fromMemorySegment(S, src, from0 + at, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(S, src, from1 + at, ORDER));
                odd0 = odd0.add(FloatVector.fromMemorySegment(S, src, from0 + at + BYTES, ORDER));
                odd1 = odd1.add(FloatVector.fromMemorySegment(S, src, from1 + at + BYTES, ORDER));
            }
            if (at != last) {
                sum0 = sum0.add(FloatVector.fromMemorySegment(S, src, from0 + at, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(S, src, from1 + at, ORDER));
            }
            FloatVector sums = Lanes.sums(sum0.add(odd0), sum1.add(odd1));
            means[row] = sums.lane(0) * inverse;
            means[row + 1] = sums.lane(Lanes.COUNT - 1) * inverse;
        }
    }

    /** Finds {@code 1 / sqrt(variance + eps)} of each row. */
    private void scales(MemorySegment src, long from, long stride, int rows, float[] means, float[] scales) {
        long last = (Lanes.vectors(channels) - 1L) * BYTES;
        long pairs = last & -PAIR;
        FloatVector zero = FloatVector.zero(S);
        for (int row = 0; row < rows; row += 2) {
            long from0 = from + row * stride;
            long from1 = from + Math.min(row + 1, rows - 1) * stride;
            FloatVector mean0 = FloatVector.broadcast(S, means[row]);
            FloatVector mean1 = FloatVector.broadcast(S, means[row + 1]);
            FloatVector d0 = FloatVector.fromMemorySegment(S, src, from0 + last, ORDER).sub(mean0);
            FloatVector d1 = FloatVector.fromMemorySegment(S, src, from1 + last, ORDER).sub(mean1);
            FloatVector squares0 = zero.add(d0.mul(d0), lastLanes);
            FloatVector squares1 = zero.add(d1.mul(d1), lastLanes);
            FloatVector odd0 = zero, odd1 = zero;
            long at = 0;
            for (; at != pairs; at += PAIR) {
                d0 = FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(mean0);
                d1 = FloatVector.fromMemorySegment(S, src, from1 + at, ORDER).sub(mean1);
                squares0 = Lanes.fma(d0, d0, squares0);
                squares1 = Lanes.fma(d1, d1, squares1);
                d0 = FloatVector.fromMemorySegment(S, src, from0 + at + BYTES, ORDER).sub(mean0);
                d1 = FloatVector.fromMemorySegment(S, src, from1 + at + BYTES, ORDER).sub(mean1);
                odd0 = Lanes.fma(d0, d0, odd0);
                odd1 = Lanes.fma(d1, d1, odd1);
            }
            if (at != last) {
                d0 = FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(mean0);
                d1 = FloatVector.fromMemorySegment(S, src, from1 + at, ORDER).sub(mean1);
                squares0 = Lanes.fma(d0, d0, squares0);
                squares1 = Lanes.fma(d1, d1, squares1);
            }
            FloatVector squares = Lanes.sums(squares0.add(odd0), squares1.add(odd1));
            // A scalar root and quotient take a quarter of the time of a vector's.
            scales[row] = 1 / (float) Math.sqrt(squares.lane(0) * inverse + eps);
            scales[row + 1] = 1 / (float) Math.sqrt(squares.lane(Lanes.COUNT - 1) * inverse + eps);
        }
    }

    private void write(MemorySegment src, long from, long stride, int rows, float[] means, float[] scales,
            MemorySegment dst, long to, long dstStride) {
        long bytes = (long) Lanes.vectors(channels) * BYTES;
        long pairs = bytes & -PAIR;
        for (int row = 0; row < rows; row++) {
            long from0 = from + row * stride;
            long to0 = to + row * dstStride;
            FloatVector mean = FloatVector.broadcast(S, means[row]);
            FloatVector scale = FloatVector.broadcast(S, scales[row]);
            long at = 0;
            for (; at != pairs; at += PAIR) {
                FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(mean).mul(scale)
                        .intoMemorySegment(dst, to0 + at, ORDER);
                FloatVector.fromMemorySegment(S, src, from0 + at + BYTES, ORDER).sub(mean).mul(scale)
                        .intoMemorySegment(dst, to0 + at + BYTES, ORDER);
            }
            if (at != bytes) {
                FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(mean).mul(scale)
                        .intoMemorySegment(dst, to0 + at, ORDER);
            }
        }
    }
}
