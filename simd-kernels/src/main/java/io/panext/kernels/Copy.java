package io.panext.kernels;

import java.lang.foreign.MemorySegment;

/** Copies of rows. */
public final class Copy {

    private Copy() {}

    /** Copies {@code src} to {@code dst}, of the same shape and any strides. */
    public static void rows(Matrix src, Matrix dst) {
        if (src.rows() != dst.rows() || src.columns() != dst.columns()) {
            throw new IllegalArgumentException(src.rows() + "x" + src.columns() + " values do not fit "
                    + dst.rows() + "x" + dst.columns());
        }
        for (int row = 0; row < src.rows(); row++) {
            MemorySegment.copy(src.memory(), src.rowOffset(row), dst.memory(), dst.rowOffset(row), 4L * src.columns());
        }
    }
}
