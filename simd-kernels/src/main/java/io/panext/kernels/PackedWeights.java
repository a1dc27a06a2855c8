package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/**
 * Weights {@code [columns, depth]} and bias {@code [columns]} of a matrix product, in the order that {@link Gemm} reads
 * them.
 *
 * <p>Columns are grouped in panels of two vectors, the last perhaps of one: within a panel, the vectors of depth 0, then
 * those of depth 1, and so on. The bias of all columns follows. Columns beyond the last hold zeros.
 */
public final class PackedWeights {

    private static final int PANEL_VECTORS = 2;

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
        int columns = bias.length;
        if (columns == 0 || weights.length == 0 || weights.length % columns != 0) {
            throw new IllegalArgumentException(weights.length + " weights for " + columns + " columns");
        }
        int depth = weights.length / columns;
        MemorySegment memory = allocator.allocate(bytes(columns, depth), Matrix.ROW_ALIGNMENT);
        PackedWeights packed = new PackedWeights(memory, columns, depth);
        for (int panel = 0; panel < packed.panels; panel++) {
            packed.fillPanel(panel, weights, bias);
        }
        return packed;
    }

    /** Returns the bytes that packed weights take. */
    public static long bytes(int columns, int depth) {
        return (depth + 1L) * Lanes.vectors(columns) * Lanes.BYTES;
    }

    private void fillPanel(int panel, float[] weights, float[] bias) {
        int first = firstColumn(panel);
        int width = panelVectors(panel) * Lanes.COUNT;
        int used = Math.min(width, columns - first);
        for (int column = 0; column < used; column++) {
            long dst = panelOffset(panel) + 4L * column;
            int src = (first + column) * depth;
            for (int k = 0; k < depth; k++) {
                memory.set(ValueLayout.JAVA_FLOAT, dst + 4L * k * width, weights[src + k]);
            }
            memory.set(ValueLayout.JAVA_FLOAT, biasOffset(panel) + 4L * column, bias[first + column]);
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
