package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer normalisation of each pixel over its channels: {@code (x - mean) / sqrt(var + eps) · weight + bias}, with the
 * biased variance.
 *
 * <p>A block of rows is read twice, for its statistics and for its result: a row waits for its own sums most of the time, in
 * which those behind it can begin. Each lane of a vector adds up the distances of its channels from the mean of the first two,
 * and their squares, which is the shifted algorithm of Chan, Golub and LeVeque (Algorithms for computing the sample variance,
 * The American Statistician 37(3), 1983); means and variances of the lanes are then joined as those of samples are there.
 * Cancellation costs the variance two roundings for each channel of a lane if the first two are far from all others, and about
 * two in all if they are like them.
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

        /** One for each lane: the mean of its channels, and the sum of their squared distances from that. */
        final float[] laneMeans = new float[BLOCK_ROWS * Lanes.COUNT];
        final float[] laneSquares = new float[BLOCK_ROWS * Lanes.COUNT];

        // a vector may start at the last of them
        final float[] means = new float[BLOCK_ROWS + Lanes.COUNT];
        final float[] scales = new float[BLOCK_ROWS + Lanes.COUNT];
    }

    private final float inverse;

    /** Lanes that have a channel. */
    private final VectorMask<Float> firstLanes;

    /** How many channels each lane has; likewise divided by all channels; and their inverse, 0 where there are none. */
    private final FloatVector counts;
    private final FloatVector shares;
    private final FloatVector inverses;

    /**
     * @param channels number of channels
     * @param eps      what is added to the variance
     * @param affine   weight and bias, unless they have been folded into what follows
     */
    public LayerNorm(int channels, float eps, Optional<Affine> affine) {
        super(channels, eps, affine);
        inverse = 1f / channels;
        firstLanes = S.indexInRange(0, channels);
        float[] lanes = new float[Lanes.COUNT];
        for (int channel = 0; channel < channels; channel++) {
            lanes[channel % Lanes.COUNT]++;
        }
        counts = FloatVector.fromArray(S, lanes, 0);
        shares = counts.div(channels);
        inverses = FloatVector.zero(S).blend(FloatVector.broadcast(S, 1).div(counts), firstLanes);
    }

    @Override
    void normalise(Matrix src, Matrix dst, int from, int to) {
        int block = Math.clamp(BLOCK_BYTES / (4L * channels), GROUP, BLOCK_ROWS) & -GROUP;
        Statistics statistics = Statistics.OF_THREAD.get();
        float[] laneMeans = statistics.laneMeans;
        float[] laneSquares = statistics.laneSquares;
        float[] means = statistics.means;
        float[] scales = statistics.scales;
        for (int row = from; row < to; row += block) {
            int rows = Math.min(block, to - row);
            lanes(src.memory(), src.rowOffset(row), src.stride(), rows, laneMeans, laneSquares);
            means(laneMeans, rows, means);
            scales(laneMeans, laneSquares, means, rows, scales);
            write(src.memory(), src.rowOffset(row), src.stride(), rows, means, scales, dst.memory(),
                    dst.rowOffset(row), dst.stride());
            finish(dst, row, row + rows);
        }
    }

    /** Finds the mean and the sum of squares of each lane. */
    private void lanes(MemorySegment src, long from, long stride, int rows, float[] means, float[] squares) {
        OffHeap.require(src);
        long whole = (long) (channels / Lanes.COUNT) * BYTES;
        long pairs = whole & -PAIR;
        FloatVector zero = FloatVector.zero(S);
        for (int row = 0; row < rows; row += 2) {
            long from0 = from + row * stride;
            long from1 = from + Math.min(row + 1, rows - 1) * stride;
            FloatVector centre0 = zero.blend(FloatVector.fromMemorySegment(S, src, from0, ORDER), firstLanes);
            FloatVector centre1 = zero.blend(FloatVector.fromMemorySegment(S, src, from1, ORDER), firstLanes);
            if (pairs != 0) {
                centre0 = centre0.add(FloatVector.fromMemorySegment(S, src, from0 + BYTES, ORDER)).mul(0.5f);
                centre1 = centre1.add(FloatVector.fromMemorySegment(S, src, from1 + BYTES, ORDER)).mul(0.5f);
            }
            FloatVector sum0 = zero, sum1 = zero, oddSum0 = zero, oddSum1 = zero;
            FloatVector squares0 = zero, squares1 = zero, oddSquares0 = zero, oddSquares1 = zero;
            FloatVector d0, d1;
            long at = 0;
            for (; at != pairs; at += PAIR) {
                MemorySegment pair0 = src.asSlice(from0 + at, PAIR, 1);
                MemorySegment pair1 = src.asSlice(from1 + at, PAIR, 1);
                d0 = FloatVector.fromMemorySegment(S, pair0, 0, ORDER).sub(centre0);
                d1 = FloatVector.fromMemorySegment(S, pair1, 0, ORDER).sub(centre1);
                sum0 = sum0.add(d0);
                sum1 = sum1.add(d1);
                squares0 = Lanes.fma(d0, d0, squares0);
                squares1 = Lanes.fma(d1, d1, squares1);
                d0 = FloatVector.fromMemorySegment(S, pair0, BYTES, ORDER).sub(centre0);
                d1 = FloatVector.fromMemorySegment(S, pair1, BYTES, ORDER).sub(centre1);
                oddSum0 = oddSum0.add(d0);
                oddSum1 = oddSum1.add(d1);
                oddSquares0 = Lanes.fma(d0, d0, oddSquares0);
                oddSquares1 = Lanes.fma(d1, d1, oddSquares1);
            }
            if (at != whole) {
                d0 = FloatVector.fromMemorySegment(S, src, from0 + at, ORDER).sub(centre0);
                d1 = FloatVector.fromMemorySegment(S, src, from1 + at, ORDER).sub(centre1);
                sum0 = sum0.add(d0);
                sum1 = sum1.add(d1);
                squares0 = Lanes.fma(d0, d0, squares0);
                squares1 = Lanes.fma(d1, d1, squares1);
            }
            if (whole != 4L * channels) {
                d0 = FloatVector.fromMemorySegment(S, src, from0 + whole, ORDER).sub(centre0);
                d1 = FloatVector.fromMemorySegment(S, src, from1 + whole, ORDER).sub(centre1);
                oddSum0 = oddSum0.add(d0, lastLanes);
                oddSum1 = oddSum1.add(d1, lastLanes);
                oddSquares0 = oddSquares0.add(d0.mul(d0), lastLanes);
                oddSquares1 = oddSquares1.add(d1.mul(d1), lastLanes);
            }
            sum0 = sum0.add(oddSum0);
            sum1 = sum1.add(oddSum1);
            FloatVector mean0 = sum0.mul(inverses);
            FloatVector mean1 = sum1.mul(inverses);
            centre0.add(mean0).intoArray(means, row * Lanes.COUNT);
            centre1.add(mean1).intoArray(means, (row + 1) * Lanes.COUNT);
            squares0.add(oddSquares0).sub(mean0.mul(sum0)).intoArray(squares, row * Lanes.COUNT);
            squares1.add(oddSquares1).sub(mean1.mul(sum1)).intoArray(squares, (row + 1) * Lanes.COUNT);
        }
    }

    /** Finds the mean of each row's channels from those of its lanes. */
    private void means(float[] lanes, int rows, float[] means) {
        for (int row = 0; row < rows; row += GROUP) {
            int at = row * Lanes.COUNT;
            Lanes.sums(FloatVector.fromArray(S, lanes, at).mul(shares),
                    FloatVector.fromArray(S, lanes, at + Lanes.COUNT).mul(shares),
                    FloatVector.fromArray(S, lanes, at + 2 * Lanes.COUNT).mul(shares),
                    FloatVector.fromArray(S, lanes, at + 3 * Lanes.COUNT).mul(shares)).intoArray(means, row);
        }
    }

    /** Finds {@code 1 / sqrt(variance + eps)} of each row. */
    private void scales(float[] laneMeans, float[] laneSquares, float[] means, int rows, float[] scales) {
        for (int row = 0; row < rows; row += GROUP) {
            Lanes.sums(squares(laneMeans, laneSquares, means, row), squares(laneMeans, laneSquares, means, row + 1),
                    squares(laneMeans, laneSquares, means, row + 2), squares(laneMeans, laneSquares, means, row + 3))
                    .mul(inverse).intoArray(scales, row);
        }
        FloatVector one = FloatVector.broadcast(S, 1);
        for (int row = 0; row < rows; row += Lanes.COUNT) {
            one.div(FloatVector.fromArray(S, scales, row).add(eps).sqrt()).intoArray(scales, row);
        }
    }

    /** Returns the squared distances of each lane's channels from the mean of the row, added up. */
    private FloatVector squares(float[] laneMeans, float[] laneSquares, float[] means, int row) {
        FloatVector d = FloatVector.fromArray(S, laneMeans, row * Lanes.COUNT)
                .sub(FloatVector.broadcast(S, means[row]));
        return Lanes.fma(d.mul(counts), d, FloatVector.fromArray(S, laneSquares, row * Lanes.COUNT));
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
