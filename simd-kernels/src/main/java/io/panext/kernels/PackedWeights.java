package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Weights {@code [columns, depth]} and bias {@code [columns]} of a matrix product, in the order that {@link Gemm} reads
 * them.
 *
 * <p>Columns are grouped in panels of two vectors, the last perhaps of one; where registers are few, of one. Within a
 * panel come the vectors of depth 0, then those of depth 1, and so on. The bias of all columns follows. Columns beyond
 * the last hold zeros.
 */
public final class PackedWeights {

    /**
     * With two vectors a register tile has 14 sums, and C2 loads the values of all its rows before it uses the first: more
     * than 16 registers hold.
     */
    private static final int PANEL_VECTORS = Lanes.REGISTERS < 32 ? 1 : 2;

    /** Depths that are reordered at a time: their 32 columns stay in the nearest cache. */
    private static final int STRETCH = 128;

    private final MemorySegment memory;
    private final int columns;
    private final int depth;
    private final int vectors;
    private final int panels;

    private PackedWeights(MemorySegment memory, int columns, int depth) {
        this.memory = memory;
        this.columns = columns;
        this.depth = depth;
        this.vectors = Lanes.vectors(columns);
        this.panels = (vectors + PANEL_VECTORS - 1) / PANEL_VECTORS;
    }

    /**
     * Packs weights once for many products.
     *
     * @param weights   row-major {@code [columns, depth]}
     * @param bias      {@code [columns]}
     * @param allocator where the packed copy lives; its owner frees it
     * @return the packed copy
     * @throws IllegalArgumentException if {@code weights} is not a multiple of {@code bias}
     */
    public static PackedWeights pack(float[] weights, float[] bias, SegmentAllocator allocator) {
        return pack(WeightSource.of(weights, bias), allocator);
    }

    /**
     * Packs weights once for many products, reading those of one panel at a time.
     *
     * @param source    where they come from
     * @param allocator where the packed copy lives; its owner frees it
     * @return the packed copy
     */
    public static PackedWeights pack(WeightSource source, SegmentAllocator allocator) {
        int columns = source.columns();
        int depth = source.depth();
        MemorySegment memory = allocator.allocate(bytes(columns, depth), Matrix.ROW_ALIGNMENT);
        PackedWeights packed = new PackedWeights(memory, columns, depth);
        int width = Math.min(columns, PANEL_VECTORS * Lanes.COUNT);
        float[] weights = new float[width * depth];
        float[] reordered = new float[PANEL_VECTORS * Lanes.COUNT * depth];
        float[] bias = new float[width];
        for (int panel = 0; panel < packed.panels; panel++) {
            // The bias may depend on the weights: whoever works it out has then seen them.
            source.weights(packed.firstColumn(panel), packed.usedColumns(panel), weights);
            source.bias(packed.firstColumn(panel), packed.usedColumns(panel), bias);
            packed.fillPanel(panel, weights, bias, reordered);
        }
        return packed;
    }

    /** Returns the bytes that packed weights take. */
    public static long bytes(int columns, int depth) {
        return (depth + 1L) * Lanes.vectors(columns) * Lanes.BYTES;
    }

    /** Reorders on the heap, where the code is fast even before it is compiled, a stretch at a time for the caches. */
    private void fillPanel(int panel, float[] weights, float[] bias, float[] reordered) {
        int width = panelVectors(panel) * Lanes.COUNT;
        int used = usedColumns(panel);
        Arrays.fill(reordered, 0);
        for (int from = 0; from < depth; from += STRETCH) {
            int to = Math.min(from + STRETCH, depth);
            for (int column = 0; column < used; column++) {
                transpose(weights, column * depth, from, to, reordered, column, width);
            }
        }
        MemorySegment.copy(reordered, 0, memory, ValueLayout.JAVA_FLOAT, panelOffset(panel), depth * width);
        MemorySegment.copy(bias, 0, memory, ValueLayout.JAVA_FLOAT, biasOffset(panel), used);
    }

    private static void transpose(float[] src, int row, int from, int to, float[] dst, int column, int width) {
        for (int k = from; k < to; k++) {
            dst[k * width + column] = src[row + k];
        }
    }

    /**
     * Returns weights with every input channel multiplied by a factor: the same as to multiply the rows of the product,
     * and less work where there are more rows than columns.
     *
     * @param factors {@code [1, depth]}
     * @param scratch {@link #bytes} bytes that hold the result
     */
    public PackedWeights scaled(Matrix factors, MemorySegment scratch) {
        factors.requireShape(1, depth);
        MemorySegment.copy(memory, biasOffset(0), scratch, biasOffset(0), (long) vectors * Lanes.BYTES);
        for (int panel = 0; panel < panels; panel++) {
            long bytes = panelOffset(panel + 1) - panelOffset(panel);
            scale(memory.asSlice(panelOffset(panel), bytes, 1), factors, scratch.asSlice(panelOffset(panel), bytes, 1),
                    panelVectors(panel) - 1);
        }
        return new PackedWeights(scratch, columns, depth);
    }

    /** Multiplies a panel's vectors, of which {@code 1 << shift} have a factor in common. */
    private static void scale(MemorySegment src, Matrix factors, MemorySegment dst, int shift) {
        MemorySegment row = factors.memory();
        OffHeap.require(src, row, dst);
        int vectors = factors.columns() << shift;
        for (int i = 0; i < vectors; i++) {
            float factor = row.get(ValueLayout.JAVA_FLOAT, factors.offset() + (i >> shift) * 4L);
            FloatVector.fromMemorySegment(Lanes.SPECIES, src, (long) i * Lanes.BYTES, Lanes.ORDER)
                    .mul(FloatVector.broadcast(Lanes.SPECIES, factor))
                    .intoMemorySegment(dst, (long) i * Lanes.BYTES, Lanes.ORDER);
        }
    }

    /** Returns the number of columns: output channels. */
    public int columns() {
        return columns;
    }

    /** Returns the depth: input values of a row. */
    public int depth() {
        return depth;
    }

    MemorySegment memory() {
        return memory;
    }

    int panels() {
        return panels;
    }

    int panelVectors(int panel) {
        return firstVector(panel + 1) - firstVector(panel);
    }

    int firstColumn(int panel) {
        return firstVector(panel) * Lanes.COUNT;
    }

    /** Returns the number of columns of a panel that exist. */
    int usedColumns(int panel) {
        return Math.min(columns, firstColumn(panel + 1)) - firstColumn(panel);
    }

    long panelOffset(int panel) {
        return (long) depth * firstVector(panel) * Lanes.BYTES;
    }

    long biasOffset(int panel) {
        return ((long) depth * vectors + firstVector(panel)) * Lanes.BYTES;
    }

    private int firstVector(int panel) {
        return Math.min(PANEL_VECTORS * panel, vectors);
    }
}
