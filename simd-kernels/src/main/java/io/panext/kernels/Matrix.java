package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A view of fp32 rows in off-heap memory.
 *
 * @param memory  what holds the rows, allocated by an arena; the view does not own it
 * @param offset  where the first row starts, in bytes
 * @param stride  distance between the starts of two rows, in bytes
 * @param rows    number of rows
 * @param columns number of values in a row
 */
public record Matrix(MemorySegment memory, long offset, long stride, int rows, int columns) {

    /** Rows of a map start at multiples of this many bytes: a cache line, and the widest vector. */
    public static final int ROW_ALIGNMENT = 64;

    /** Rows so far apart evict each other from the first level of cache, which has few places for each of them. */
    private static final int CACHE_WAY_BYTES = 4096;

    /** @throws IndexOutOfBoundsException if a row would lie outside the memory */
    public Matrix {
        if (rows < 0 || columns < 1 || stride < 0) {
            throw new IndexOutOfBoundsException("matrix " + rows + "x" + columns + " with stride " + stride);
        }
        long bytes = rows == 0 ? 0 : Math.addExact(Math.multiplyExact(rows - 1L, stride), 4L * columns);
        Objects.checkFromIndexSize(offset, bytes, memory.byteSize());
    }

    /** Returns a view with aligned rows that starts at {@code offset}, itself aligned. */
    public static Matrix aligned(MemorySegment memory, long offset, int rows, int columns) {
        return new Matrix(memory, offset, alignedStride(columns), rows, columns);
    }

    /** Returns the bytes from one row of {@code columns} values to the next in an aligned map: no multiple of 4 KB. */
    public static long alignedStride(int columns) {
        long stride = (4L * columns + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
        return stride % CACHE_WAY_BYTES == 0 ? stride + ROW_ALIGNMENT : stride;
    }

    /** Returns the bytes that an aligned map takes. */
    public static long alignedBytes(long rows, int columns) {
        return Math.multiplyExact(rows, alignedStride(columns));
    }

    /** Returns the offset of a row, in bytes. */
    public long rowOffset(int row) {
        return offset + row * stride;
    }

    /** Returns the view of the rows {@code from} to {@code to}, the latter excluded. */
    public Matrix slice(int from, int to) {
        Objects.checkFromToIndex(from, to, rows);
        return new Matrix(memory, rowOffset(from), stride, to - from, columns);
    }

    /** Returns the view of the first row and of those {@code step} rows after the one before. */
    Matrix every(int step) {
        return new Matrix(memory, offset, step * stride, Math.ceilDiv(rows, step), columns);
    }

    /** Returns the view of {@code count} columns from {@code from} on. */
    public Matrix columns(int from, int count) {
        Objects.checkFromIndexSize(from, count, columns);
        return new Matrix(memory, offset + 4L * from, stride, rows, count);
    }

    /** Returns whether the vectors of a row end where the next row starts. */
    boolean isGapless() {
        return stride == (long) Lanes.vectors(columns) * Lanes.BYTES;
    }

    /** Returns one value. */
    public float get(int row, int column) {
        return memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, position(row, column));
    }

    /** Stores one value. */
    public void set(int row, int column, float value) {
        memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, position(row, column), value);
    }

    /** @throws IllegalArgumentException if the shape is another */
    void requireShape(int expectedRows, int expectedColumns) {
        if (rows != expectedRows) {
            throw new IllegalArgumentException(rows + " rows instead of " + expectedRows);
        }
        requireColumns(expectedColumns);
    }

    /** @throws IllegalArgumentException if there are more columns, or fewer */
    void requireColumns(int expected) {
        if (columns != expected) {
            throw new IllegalArgumentException(columns + " columns instead of " + expected);
        }
    }

    /**
     * Returns the number of rows divided by {@code count}: images of so many rows, or rows of so many images.
     *
     * @throws IllegalArgumentException if there is a remainder
     */
    int rowsOver(int count) {
        if (rows % count != 0) {
            throw new IllegalArgumentException(rows + " rows are no multiple of " + count);
        }
        return rows / count;
    }

    private long position(int row, int column) {
        return rowOffset(Objects.checkIndex(row, rows)) + 4L * Objects.checkIndex(column, columns);
    }
}
