package io.panext.kernels;

/** Where a matrix product finds its rows: in a map as they stand, or gathered into scratch memory when they are due. */
@FunctionalInterface
public interface RowSource {

    /**
     * Returns the rows {@code from} to {@code to}, the latter excluded. They may be overwritten by the next call.
     *
     * @throws IndexOutOfBoundsException if {@code to - from} rows do not fit in the scratch memory
     */
    Matrix rows(int from, int to);

    /** Returns the rows of a matrix, without a copy. */
    static RowSource of(Matrix src) {
        return src::slice;
    }
}
