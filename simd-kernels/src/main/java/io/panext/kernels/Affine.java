package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** A multiplication and an addition for each channel: {@code x · scale + shift}. */
public final class Affine {

    /** Rows that are done column by column: rows of a few vectors are too short for loops of their own. */
    private static final int BLOCK_ROWS = 32;

    private final MemorySegment memory;
    private final int channels;
    private final long shift;

    private Affine(MemorySegment memory, int channels) {
        this.memory = memory;
        this.channels = channels;
        this.shift = Matrix.alignedStride(channels);
    }

    /**
     * Packs scale and shift once for many runs.
     *
     * @param scale     {@code [channels]}
     * @param shift     {@code [channels]}
     * @param allocator where the packed copy lives; its owner frees it
     */
    public static Affine pack(float[] scale, float[] shift, SegmentAllocator allocator) {
        if (scale.length != shift.length) {
            throw new IllegalArgumentException(scale.length + " scales and " + shift.length + " shifts");
        }
        MemorySegment memory = allocator.allocate(packedBytes(scale.length), Matrix.ROW_ALIGNMENT);
        Affine affine = new Affine(memory, scale.length);
        MemorySegment.copy(scale, 0, memory, ValueLayout.JAVA_FLOAT, 0, scale.length);
        MemorySegment.copy(shift, 0, memory, ValueLayout.JAVA_FLOAT, affine.shift, shift.length);
        return affine;
    }

    /** Returns the number of channels. */
    int channels() {
        return channels;
    }

    /** Returns the bytes that packed scale and shift take. */
    public static long packedBytes(int channels) {
        return 2 * Matrix.alignedStride(channels);
    }

    /** The packed scale, {@code [1, channels]}. */
    public Matrix scale() {
        return Matrix.aligned(memory, 0, 1, channels);
    }

    /**
     * Computes one worker's rows.
     *
     * @param src {@code [rows, channels]}, aligned
     * @param dst likewise; may be {@code src}
     */
    public void run(Matrix src, Matrix dst, Share share) {
        src.requireColumns(channels);
        dst.requireShape(src.rows(), channels);
        apply(src, dst, share.from(src.rows()), share.to(src.rows()));
    }

    /** Computes the rows {@code from} to {@code to}, excluded. */
    void apply(Matrix src, Matrix dst, int from, int to) {
        for (int row = from; row < to; row += BLOCK_ROWS) {
            apply(src.memory(), src.rowOffset(row), src.stride(), dst.memory(), dst.rowOffset(row), dst.stride(),
                    Math.min(BLOCK_ROWS, to - row));
        }
    }

    /** Adds the shift alone to one worker's rows. */
    public void shift(Matrix map, Share share) {
        map.requireColumns(channels);
        Matrix shifts = Matrix.aligned(memory, shift, 1, channels);
        int end = share.to(map.rows());
        for (int row = share.from(map.rows()); row < end; row++) {
            Add.apply(map.slice(row, row + 1), shifts);
        }
    }

    private void apply(MemorySegment src, long from, long srcStride, MemorySegment dst, long to, long dstStride,
            int rows) {
        // Spelled out, for it is inlined into kernels that leave C2 little budget for methods of ours.
        OffHeap.require(src, dst);
        OffHeap.require(memory);
        int vectors = Lanes.vectors(channels);
        for (int v = 0; v < vectors; v++) {
            long at = (long) v * Lanes.BYTES;
            FloatVector scale = FloatVector.fromMemorySegment(Lanes.SPECIES, memory, at, Lanes.ORDER);
            FloatVector shift = FloatVector.fromMemorySegment(Lanes.SPECIES, memory, this.shift + at, Lanes.ORDER);
            for (int row = 0; row < rows; row++) {
                FloatVector x = FloatVector.fromMemorySegment(Lanes.SPECIES, src, from + at + row * srcStride,
                        Lanes.ORDER);
                FloatVector y = Lanes.FUSED ? x.fma(scale, shift) : x.mul(scale).add(shift);
                y.intoMemorySegment(dst, to + at + row * dstStride, Lanes.ORDER);
            }
        }
    }
}
