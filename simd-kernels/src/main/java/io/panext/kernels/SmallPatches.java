package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The masked depthwise convolution of patches of one pixel, or of two by two. Each pixel that a patch sees is read once, from
 * the map itself, and added to all outputs: too few of them see it for a copy to be worth while.
 *
 * <p>A few patches are computed together, some vectors of channels after the others, so that the weights of these are near.
 * Zeros surround them where there are four outputs: what one sees may be beyond the reach of another.
 */
final class SmallPatches {

    /** Pixels along the largest of these patches. */
    static final int EDGE = 2;

    /** Patches that are computed together. */
    private static final int GROUP = 16;

    // The tiles spell out every vector operation, for the reason that DepthwiseTile has.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;
    private static final int KERNEL = DepthwiseConv.KERNEL;

    private final DepthwiseConv conv;
    private final int edge;
    private final int vectors;
    private final long rowBytes;
    private final long kernelBytes;

    /**
     * @param conv the convolution
     * @param edge pixels along a patch
     */
    SmallPatches(DepthwiseConv conv, int edge) {
        this.conv = conv;
        this.edge = edge;
        this.vectors = vectors(edge);
        this.rowBytes = width(edge) * (long) BYTES;
        this.kernelBytes = kernelBytes(edge);
    }

    /** Returns the scratch bytes that each worker needs for patches of this size. */
    static long scratchBytes(int edge) {
        return vectors(edge) * kernelBytes(edge) + GROUP * Neighbourhood.bytes(edge);
    }

    /** Vectors of channels that a tile computes: enough sums to hide the latency of each other. */
    private static int vectors(int edge) {
        return edge == 1 ? 4 : 2;
    }

    /** Values along a kernel with its zeros. */
    private static int width(int edge) {
        return KERNEL + 2 * (edge - 1);
    }

    /** Bytes of a kernel with its zeros and the bias. */
    private static long kernelBytes(int edge) {
        return (long) (width(edge) * width(edge) + 1) * BYTES;
    }

    /**
     * Computes the patches in some slots.
     *
     * @param src     {@code [slots * edge * edge, channels]}, aligned
     * @param dst     likewise; not the same memory
     * @param table   which patch is in which slot
     * @param scratch {@link #scratchBytes(int)} bytes
     */
    void run(Matrix src, Matrix dst, PatchTable table, MemorySegment scratch, int from, int to) {
        MemorySegment kernels = scratch.asSlice(0, vectors * kernelBytes);
        MemorySegment weights = conv.weights();
        OffHeap.require(weights, kernels);
        // Copied a few vectors at a time, they would come from memory at a third of its speed.
        kernels.set(ValueLayout.JAVA_INT, 0, CacheLines.touch(weights, 0, (int) weights.byteSize()));
        kernels.fill((byte) 0);
        MemorySegment lists = scratch.asSlice(kernels.byteSize(), GROUP * Neighbourhood.bytes(edge));
        var group = new Neighbourhood[Math.min(GROUP, to - from)];
        for (int i = 0; i < group.length; i++) {
            group[i] = new Neighbourhood(src, table, edge, rowBytes,
                    lists.asSlice(i * Neighbourhood.bytes(edge), Neighbourhood.bytes(edge)));
        }
        for (int first = from; first < to; first += GROUP) {
            int patches = Math.min(GROUP, to - first);
            for (int i = 0; i < patches; i++) {
                group[i].moveTo(first + i);
            }
            run(src, dst, group, patches, first, kernels);
        }
    }

    private void run(Matrix src, Matrix dst, Neighbourhood[] group, int patches, int first, MemorySegment kernels) {
        int last = Lanes.vectors(conv.channels()) - 1;
        for (int slice = 0; slice <= last; slice += vectors) {
            for (int v = 0; v < vectors; v++) {
                load(Math.min(slice + v, last), kernels, v * kernelBytes);
            }
            for (int i = 0; i < patches; i++) {
                long to = dst.rowOffset((first + i) * edge * edge);
                if (edge == 1) {
                    one(src.memory(), group[i], kernels, kernelBytes, slice, last, dst.memory(), to);
                } else {
                    four(src.memory(), group[i], kernels, kernelBytes, rowBytes, slice, last, dst.memory(), to,
                            dst.stride());
                }
            }
        }
    }

    /** Copies a kernel into its zeros, and the bias behind it. */
    private void load(int slice, MemorySegment kernels, long kernel) {
        long from = DepthwiseConv.sliceOffset(slice);
        for (int y = 0; y < KERNEL; y++) {
            long to = kernel + (edge - 1 + y) * rowBytes + (edge - 1L) * BYTES;
            for (int x = 0; x < KERNEL; x++) {
                Lanes.store(Lanes.load(conv.weights(), from), kernels, to);
                from += BYTES;
                to += BYTES;
            }
        }
        Lanes.store(Lanes.load(conv.weights(), from), kernels, kernel + kernelBytes - BYTES);
    }

    // Vectors beyond the last repeat it, so that a short group needs no code of its own.

    private static void one(MemorySegment src, Neighbourhood seen, MemorySegment kernels, long kernelBytes, int first,
            int last, MemorySegment dst, long to) {
        OffHeap.require(src, kernels, dst);
        long c0 = (long) first * BYTES;
        long c1 = (long) Math.min(first + 1, last) * BYTES;
        long c2 = (long) Math.min(first + 2, last) * BYTES;
        long c3 = (long) Math.min(first + 3, last) * BYTES;
        long k1 = kernelBytes;
        long k2 = 2 * kernelBytes;
        long k3 = 3 * kernelBytes;
        FloatVector sum0 = FloatVector.fromMemorySegment(S, kernels, k1 - BYTES, ORDER);
        FloatVector sum1 = FloatVector.fromMemorySegment(S, kernels, k2 - BYTES, ORDER);
        FloatVector sum2 = FloatVector.fromMemorySegment(S, kernels, k3 - BYTES, ORDER);
        FloatVector sum3 = FloatVector.fromMemorySegment(S, kernels, k3 + kernelBytes - BYTES, ORDER);
        for (int i = 0; i < seen.count(); i++) {
            long tap = seen.place(i);
            long from = seen.position(i);
            FloatVector x0 = FloatVector.fromMemorySegment(S, src, from + c0, ORDER);
            sum0 = Lanes.fma(x0, FloatVector.fromMemorySegment(S, kernels, tap, ORDER), sum0);
            FloatVector x1 = FloatVector.fromMemorySegment(S, src, from + c1, ORDER);
            sum1 = Lanes.fma(x1, FloatVector.fromMemorySegment(S, kernels, k1 + tap, ORDER), sum1);
            FloatVector x2 = FloatVector.fromMemorySegment(S, src, from + c2, ORDER);
            sum2 = Lanes.fma(x2, FloatVector.fromMemorySegment(S, kernels, k2 + tap, ORDER), sum2);
            FloatVector x3 = FloatVector.fromMemorySegment(S, src, from + c3, ORDER);
            sum3 = Lanes.fma(x3, FloatVector.fromMemorySegment(S, kernels, k3 + tap, ORDER), sum3);
        }
        sum3.intoMemorySegment(dst, to + c3, ORDER);
        sum2.intoMemorySegment(dst, to + c2, ORDER);
        sum1.intoMemorySegment(dst, to + c1, ORDER);
        sum0.intoMemorySegment(dst, to + c0, ORDER);
    }

    private static void four(MemorySegment src, Neighbourhood seen, MemorySegment kernels, long kernelBytes,
            long rowBytes, int first, int last, MemorySegment dst, long to, long stride) {
        OffHeap.require(src, kernels, dst);
        long c0 = (long) first * BYTES;
        long c1 = (long) Math.min(first + 1, last) * BYTES;
        FloatVector sum00 = FloatVector.fromMemorySegment(S, kernels, kernelBytes - BYTES, ORDER);
        FloatVector sum01 = sum00, sum02 = sum00, sum03 = sum00;
        FloatVector sum10 = FloatVector.fromMemorySegment(S, kernels, 2 * kernelBytes - BYTES, ORDER);
        FloatVector sum11 = sum10, sum12 = sum10, sum13 = sum10;
        for (int i = 0; i < seen.count(); i++) {
            long from = seen.position(i);
            long upper = seen.place(i);
            long lower = upper + rowBytes;
            FloatVector x = FloatVector.fromMemorySegment(S, src, from + c0, ORDER);
            sum00 = Lanes.fma(x, FloatVector.fromMemorySegment(S, kernels, lower + BYTES, ORDER), sum00);
            sum01 = Lanes.fma(x, FloatVector.fromMemorySegment(S, kernels, lower, ORDER), sum01);
            sum02 = Lanes.fma(x, FloatVector.fromMemorySegment(S, kernels, upper + BYTES, ORDER), sum02);
            sum03 = Lanes.fma(x, FloatVector.fromMemorySegment(S, kernels, upper, ORDER), sum03);
            upper += kernelBytes;
            lower += kernelBytes;
            x = FloatVector.fromMemorySegment(S, src, from + c1, ORDER);
            sum10 = Lanes.fma(x, FloatVector.fromMemorySegment(S, kernels, lower + BYTES, ORDER), sum10);
            sum11 = Lanes.fma(x, FloatVector.fromMemorySegment(S, kernels, lower, ORDER), sum11);
            sum12 = Lanes.fma(x, FloatVector.fromMemorySegment(S, kernels, upper + BYTES, ORDER), sum12);
            sum13 = Lanes.fma(x, FloatVector.fromMemorySegment(S, kernels, upper, ORDER), sum13);
        }
        sum10.intoMemorySegment(dst, to + c1, ORDER);
        sum11.intoMemorySegment(dst, to + c1 + stride, ORDER);
        sum12.intoMemorySegment(dst, to + c1 + 2 * stride, ORDER);
        sum13.intoMemorySegment(dst, to + c1 + 3 * stride, ORDER);
        sum00.intoMemorySegment(dst, to + c0, ORDER);
        sum01.intoMemorySegment(dst, to + c0 + stride, ORDER);
        sum02.intoMemorySegment(dst, to + c0 + 2 * stride, ORDER);
        sum03.intoMemorySegment(dst, to + c0 + 3 * stride, ORDER);
    }
}
