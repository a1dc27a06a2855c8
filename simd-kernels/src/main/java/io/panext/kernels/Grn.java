package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Global response normalisation (ConvNeXt V2, section 3.2): {@code y = x · (1 + gamma · Nx) + beta} with
 * {@code Nx = Gx / (mean(Gx) + 1e-6)} and {@code Gx} each channel's L2 norm over the pixels of its image.
 *
 * <p>Here {@code beta} is left to the bias of the linear that follows, or to {@link Affine}.
 */
public final class Grn {

    private static final float EPS = 1e-6f;

    private Grn() {}

    /** Writes each channel's sum of squares, one row for every chunk of an image. */
    public static void sumSquares(Matrix map, ImageRows images, Matrix sums, Share share) {
        images.requireRows(map);
        sums.requireShape(images.chunks(), map.columns());
        int end = share.to(images.chunks());
        for (int chunk = share.from(images.chunks()); chunk < end; chunk++) {
            Matrix rows = map.slice(images.chunkRow(chunk), images.chunkRow(chunk + 1));
            for (int v = 0; v < Lanes.vectors(map.columns()); v++) {
                long column = (long) v * Lanes.BYTES;
                FloatVector sum = Lanes.zero();
                for (int row = 0; row < rows.rows(); row++) {
                    FloatVector x = Lanes.load(rows.memory(), rows.rowOffset(row) + column);
                    sum = Lanes.fma(x, x, sum);
                }
                Lanes.store(sum, sums.memory(), sums.rowOffset(chunk) + column);
            }
        }
    }

    /**
     * Writes the factor {@code 1 + gamma · Nx} of each channel for the images of one worker.
     *
     * @param sums   {@code [chunks, channels]}
     * @param images whose chunks they are
     * @param gamma  {@code [1, channels]}
     * @param scales {@code [images, channels]}, written
     */
    public static void scales(Matrix sums, ImageRows images, Matrix gamma, Matrix scales, Share share) {
        int channels = scales.columns();
        scales.requireShape(images.images(), channels);
        sums.requireShape(images.chunks(), channels);
        gamma.requireShape(1, channels);
        int end = share.to(images.images());
        for (int image = share.from(images.images()); image < end; image++) {
            Matrix parts = sums.slice(images.firstChunk(image), images.firstChunk(image + 1));
            norms(parts, scales.memory(), scales.rowOffset(image));
            double total = 0;
            for (int channel = 0; channel < channels; channel++) {
                total += scales.get(image, channel);
            }
            multiply(gamma, (float) (1 / (total / channels + EPS)), scales.memory(), scales.rowOffset(image));
        }
    }

    private static void norms(Matrix sums, MemorySegment dst, long offset) {
        for (int v = 0; v < Lanes.vectors(sums.columns()); v++) {
            long column = (long) v * Lanes.BYTES;
            FloatVector sum = Lanes.zero();
            for (int row = 0; row < sums.rows(); row++) {
                sum = sum.add(Lanes.load(sums.memory(), sums.rowOffset(row) + column));
            }
            Lanes.store(sum.sqrt(), dst, offset + column);
        }
    }

    /** Spelled out, like a register tile: beside the sum above, C2 takes calls in here to be too rare to inline. */
    private static void multiply(Matrix gamma, float inverseMean, MemorySegment norms, long offset) {
        MemorySegment gammas = gamma.memory();
        OffHeap.require(gammas, norms);
        FloatVector one = FloatVector.broadcast(Lanes.SPECIES, 1f);
        FloatVector inverse = FloatVector.broadcast(Lanes.SPECIES, inverseMean);
        long end = (long) Lanes.vectors(gamma.columns()) * Lanes.BYTES;
        for (long at = 0; at < end; at += Lanes.BYTES) {
            FloatVector normalised = FloatVector.fromMemorySegment(Lanes.SPECIES, norms, offset + at, Lanes.ORDER)
                    .mul(inverse);
            FloatVector.fromMemorySegment(Lanes.SPECIES, gammas, gamma.offset() + at, Lanes.ORDER).mul(normalised)
                    .add(one)
                    .intoMemorySegment(norms, offset + at, Lanes.ORDER);
        }
    }

    /**
     * Returns the rows of a map with their image's factors applied, in scratch memory.
     *
     * @param src     {@code [rows, channels]}, aligned
     * @param scales  {@code [images, channels]}
     * @param images  which rows are which image's
     * @param scratch aligned rows of {@code channels} values, at least as many as are asked for at a time
     */
    public static RowSource scaled(Matrix src, Matrix scales, ImageRows images, Matrix scratch) {
        images.requireRows(src);
        scales.requireShape(images.images(), src.columns());
        scratch.requireColumns(src.columns());
        return (from, to) -> {
            Matrix dst = scratch.slice(0, to - from);
            scale(src, scales, images, from, to, dst);
            return dst;
        };
    }

    /**
     * Applies each image's factors to one worker's rows.
     *
     * @param src    {@code [rows, channels]}, aligned
     * @param scales {@code [images, channels]}
     * @param images which rows are which image's
     * @param dst    like {@code src}, and may be it
     */
    public static void scale(Matrix src, Matrix scales, ImageRows images, Matrix dst, Share share) {
        images.requireRows(src);
        scales.requireShape(images.images(), src.columns());
        dst.requireShape(src.rows(), src.columns());
        int from = share.from(src.rows());
        int to = share.to(src.rows());
        scale(src, scales, images, from, to, dst.slice(from, to));
    }

    private static void scale(Matrix src, Matrix scales, ImageRows images, int from, int to, Matrix dst) {
        int image = images.imageOf(from);
        for (int row = from; row < to; row++) {
            while (row == images.firstRow(image + 1)) {
                image++;
            }
            scale(src.memory(), src.rowOffset(row), scales.memory(), scales.rowOffset(image), dst.memory(),
                    dst.rowOffset(row - from), src.columns());
        }
    }

    private static void scale(MemorySegment src, long from, MemorySegment scales, long factors, MemorySegment dst,
            long to, int channels) {
        int vectors = Lanes.vectors(channels);
        for (int v = 0; v < vectors; v++) {
            long at = (long) v * Lanes.BYTES;
            Lanes.store(Lanes.load(src, from + at).mul(Lanes.load(scales, factors + at)), dst, to + at);
        }
    }
}
