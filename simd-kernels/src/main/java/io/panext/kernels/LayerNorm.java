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
    // vectors of a row at a time, as a segment of their own: its bounds are compared once, and what is read within is known
    // to lie there. The vector that may be left, and the one that is partly a row's, come after.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;
    private static final long PAIR = 2L * BYTES;

    /** What a block of rows takes of the first cache, in bytes. */
    private static final long BLOCK_BYTES = 20 << 10;

    /** The most rows of a block. */
    private static final int BLOCK_ROWS = 48;

    /** Rows whose lanes are added up together. */
    private static final int GROUP = 4;

    /**
     * What a thread keeps of a block of rows, for good: made anew for each of many short calls, it would have every image
     * touch half a megabyte of fresh memory.
     */
    private static final class Statistics {

        static final ThreadLocal<Statistics> OF_THREAD = ThreadLocal.withInitial(Statistics::new);

        /** One sum for each lane. */
        final float[] sums = new float[BLOCK_ROWS * Lanes.COUNT];

        // a vector may start at the last of them
        final float[] means = new float[BLOCK_ROWS + Lanes.COUNT];
        final float[] scales = new float[BLOCK_ROWS + Lanes.COUNT];
    }

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
        int block = Math.clamp(BLOCK_BYTES / (4L * channels), GROUP, BLOCK_ROWS) & -GROUP;
        Statistics statistics = Statistics.OF_THREAD.get();
        float[] sums = statistics.sums;
        float[] means = statistics.means;
        float[] scales = statistics.scales;
        for (int row = from; row < to; row += block) {
            int rows = Math.min(block, to - row);
            sums(src.memory(), src.rowOffset(row), src.stride(), rows, sums);
            means(sums, rows, means);
            squares(src.memory(), src.rowOffset(row), src.stride(), rows, means, sums);
            means(sums, rows, scales);
            scales(scales, rows);
            write(src.memory(), src.rowOffset(row), src.stride(), rows, means, scales, dst.memory(),
                    dst.rowOffset(row), dst.stride());
            finish(dst, row, row + rows);
        }
    }

    /** Adds up each row in as many sums as a vector has lanes. */
    private void sums(MemorySegment src, long from, long stride, int rows, float[] sums) {
        OffHeap.require(src);
        long whole = (long) (channels / Lanes.COUNT) * BYTES;
        long pairs = whole & -PAIR;
        FloatVector zero = FloatVector.zero(S);
        for (int row = 0; row < rows; row += 2) {
            long from0 = from + row * stride;
            long from1 = from + Math.min(row + 1, rows - 1) * stride;
            FloatVector sum0 = zero, sum1 = zero;
            FloatVector odd0 = zero, odd1 = zero;
            long at = 0;
            for (; at != pairs; at += PAIR) {
                MemorySegment pair0 = src.asSlice(from0 + at, PAIR, 1);
                MemorySegment pair1 = src.asSlice(from1 + at, PAIR, 1);
                sum0 = sum0.add(FloatVector.fromMemorySegment(S, pair0, 0, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(S, pair1, 0, ORDER));
                odd0 = odd0.add(FloatVector.fromMemorySegment(S, pair0, BYTES, ORDER));
                odd1 = odd1.add(FloatVector.fromMemorySegment(S, pair1, BYTES, ORDER));
            }
            if (at != whole) {
                sum0 = sum0.add(FloatVector.fromMemorySegment(S, src, from0 + at, ORDER));
                sum1 = sum1.add(FloatVector.fromMemorySegment(S, src, from1 + at, ORDER));
            }
            if (whole != 4L * channels) {
                odd0 = odd0.add(FloatVector.fromMemorySegment(S, src, from0 + whole, ORDER), lastLanes);
                odd1 = odd1.add(FloatVector.fromMemorySegment(S, src, from1 + whole, ORDER), lastLanes);
            }
            sum0.add(odd0).intoArray(sums, row * Lanes.COUNT);
            sum1.add(odd1).intoArray(sums, (row + 1) * Lanes.COUNT);
        }
    }

    /** Adds up the squares of each row's distances from its mean, likewise. */
    private void squares(MemorySegment src, long from, long stride, int rows, float[] means, float[] sums) {
        OffHeap.require(src);
        long whole = (long) (channels / Lanes.COUNT) * BYTES;
        long pairs = whole & -PAIR;
        FloatVector zero = FloatVector.zero(S);
        for (int row = 0; row < rows; row += 2) {
            int next = Math.min(row + 1, rows - 1);
            long from0 = from + row * stride;
            long from1 = from + next * stride;
            FloatVector mean0 = FloatVector.broadcast(S, means[row]);
            FloatVector mean1 = FloatVector.broadcast(S, means[next]);
            FloatVector sum0 = zero, sum1 = zero;
            FloatVector odd0 = zero, odd1 = zero;
            FloatVector d0, d1;
            long at = 0;
            for (; at != pairs; at += PAIR) {
                MemorySegment pair0 = src.asSlice(from0 + at, PAIR, 1);
                MemorySegment pair1 = src.asSlice(from1 + at, PAIR, 1);
                d0 = FloatVector.fromMemorySegment(S, pair0, 0, ORDER).sub(mean0);
                d1 = FloatVector.fromMemorySegment(S, pair1, 0, ORDER).sub(mean1);
                sum0 = Lanes.fma(d0, d0, sum0);
                sum1 = Lanes.fma(d1, d1, sum1);
                d0 = FloatVector.fromMemorySegment(S, pair0, BYTES, ORDER).sub(mean0);
                d1 = FloatVector.fromMemorySegment(S, pair1, BYTES, ORDER).sub(mean1);
                odd0 = Lanes.fma(d0, d0, odd0);
                odd1 = Lanes.fma(d1, d1, odd1);
            }
            if (at != whole) {
                d0 = FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(mean0);
                d1 = FloatVector.fromMemorySegment(S, src, from1 + at, ORDER).sub(mean1);
                sum0 = Lanes.fma(d0, d0, sum0);
                sum1 = Lanes.fma(d1, d1, sum1);
            }
            if (whole != 4L * channels) {
                d0 = FloatVector.fromMemorySegment(S, src, from0 + whole, ORDER).sub(mean0);
                d1 = FloatVector.fromMemorySegment(S, src, from1 + whole, ORDER).sub(mean1);
                odd0 = odd0.add(d0.mul(d0), lastLanes);
                odd1 = odd1.add(d1.mul(d1), lastLanes);
            }
            sum0.add(odd0).intoArray(sums, row * Lanes.COUNT);
            sum1.add(odd1).intoArray(sums, (row + 1) * Lanes.COUNT);
        }
    }

    /** Finds the mean of each row's channels from the sums in the lanes. */
    private void means(float[] sums, int rows, float[] means) {
        for (int row = 0; row < rows; row += GROUP) {
            int at = row * Lanes.COUNT;
            Lanes.sums(FloatVector.fromArray(S, sums, at), FloatVector.fromArray(S, sums, at + Lanes.COUNT),
                    FloatVector.fromArray(S, sums, at + 2 * Lanes.COUNT),
                    FloatVector.fromArray(S, sums, at + 3 * Lanes.COUNT)).mul(inverse).intoArray(means, row);
        }
    }

    /** Turns variances into {@code 1 / sqrt(variance + eps)}. */
    private void scales(float[] variances, int rows) {
        FloatVector one = FloatVector.broadcast(S, 1);
        for (int row = 0; row < rows; row += Lanes.COUNT) {
            one.div(FloatVector.fromArray(S, variances, row).add(eps).sqrt()).intoArray(variances, row);
        }
    }

    private void write(MemorySegment src, long from, long stride, int rows, float[] means, float[] scales,
            MemorySegment dst, long to, long dstStride) {
        OffHeap.require(src, dst);
        long bytes = (long) Lanes.vectors(channels) * BYTES;
        long pairs = bytes & -PAIR;
        for (int row = 0; row < rows; row += 2) {
            int next = Math.min(row + 1, rows - 1);
            long from0 = from + row * stride;
            long from1 = from + next * stride;
            long to0 = to + row * dstStride;
            long to1 = to + next * dstStride;
            FloatVector mean0 = FloatVector.broadcast(S, means[row]);
            FloatVector mean1 = FloatVector.broadcast(S, means[next]);
            FloatVector scale0 = FloatVector.broadcast(S, scales[row]);
            FloatVector scale1 = FloatVector.broadcast(S, scales[next]);
            FloatVector x0, x1;
            long at = 0;
            for (; at != pairs; at += PAIR) {
                MemorySegment pair0 = src.asSlice(from0 + at, PAIR, 1);
                MemorySegment pair1 = src.asSlice(from1 + at, PAIR, 1);
                x0 = FloatVector.fromMemorySegment(S, pair0, 0, ORDER).sub(mean0).mul(scale0);
                x1 = FloatVector.fromMemorySegment(S, pair1, 0, ORDER).sub(mean1).mul(scale1);
                FloatVector y0 = FloatVector.fromMemorySegment(S, pair0, BYTES, ORDER).sub(mean0).mul(scale0);
                FloatVector y1 = FloatVector.fromMemorySegment(S, pair1, BYTES, ORDER).sub(mean1).mul(scale1);
                MemorySegment out0 = dst.asSlice(to0 + at, PAIR, 1);
                MemorySegment out1 = dst.asSlice(to1 + at, PAIR, 1);
                x0.intoMemorySegment(out0, 0, ORDER);
                y0.intoMemorySegment(out0, BYTES, ORDER);
                x1.intoMemorySegment(out1, 0, ORDER);
                y1.intoMemorySegment(out1, BYTES, ORDER);
            }
            if (at != bytes) {
                x0 = FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(mean0).mul(scale0);
                x1 = FloatVector.fromMemorySegment(S, src, from1 + at, ORDER).sub(mean1).mul(scale1);
                x0.intoMemorySegment(dst, to0 + at, ORDER);
                x1.intoMemorySegment(dst, to1 + at, ORDER);
            }
        }
    }
}
