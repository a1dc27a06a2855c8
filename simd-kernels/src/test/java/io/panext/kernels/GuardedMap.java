package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * An aligned map between two guard zones. Whatever is no value of the map is NaN before the kernel runs, so that reading
 * it shows in the results.
 *
 * @param matrix the map
 */
record GuardedMap(Matrix matrix) {

    private static final long GUARD_BYTES = 256;
    private static final int GUARD = 0x7fc0_5afe;

    /** Returns a map without values: one that a kernel is to write. */
    static GuardedMap empty(int rows, int columns) {
        long bytes = Matrix.alignedBytes(rows, columns);
        MemorySegment memory = Arena.ofAuto().allocate(bytes + 2 * GUARD_BYTES, Matrix.ROW_ALIGNMENT);
        for (long at = 0; at < memory.byteSize(); at += Integer.BYTES) {
            memory.set(ValueLayout.JAVA_INT, at, GUARD);
        }
        return new GuardedMap(Matrix.aligned(memory, GUARD_BYTES, rows, columns));
    }

    /** Returns a map of dense values. */
    static GuardedMap of(float[] values, int columns) {
        GuardedMap map = empty(values.length / columns, columns);
        for (int row = 0; row < map.matrix.rows(); row++) {
            MemorySegment.copy(values, row * columns, map.matrix.memory(), ValueLayout.JAVA_FLOAT,
                    map.matrix.rowOffset(row), columns);
        }
        return map;
    }

    /** Returns the dense values, once both guard zones have been found as they were. */
    float[] values() {
        assertGuard(0);
        assertGuard(matrix.memory().byteSize() - GUARD_BYTES);
        int columns = matrix.columns();
        float[] values = new float[matrix.rows() * columns];
        for (int row = 0; row < matrix.rows(); row++) {
            MemorySegment.copy(matrix.memory(), ValueLayout.JAVA_FLOAT, matrix.rowOffset(row), values, row * columns,
                    columns);
        }
        return values;
    }

    private void assertGuard(long from) {
        int[] words = matrix.memory().asSlice(from, GUARD_BYTES).toArray(ValueLayout.JAVA_INT);
        assertEquals(words.length, Arrays.stream(words).filter(word -> word == GUARD).count(),
                "untouched words of the guard zone at " + from);
    }
}
