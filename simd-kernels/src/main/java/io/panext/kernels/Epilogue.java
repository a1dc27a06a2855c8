package io.panext.kernels;

/** What is done to a block of a matrix product while it is still in the nearest cache. */
@FunctionalInterface
public interface Epilogue {

    /** Leaves the product as it is. */
    Epilogue NONE = (block, row, column) -> {};

    /** Applies {@link Gelu}. */
    Epilogue GELU = (block, row, column) -> Gelu.apply(block);

    /** Applies another activation. */
    static Epilogue gated(SigmoidGate gate) {
        return (block, row, column) -> gate.apply(block);
    }

    /**
     * Finishes a block.
     *
     * @param block  the block, changed in place; its rows belong to one image and one {@link Linear#CHUNK}
     * @param row    its first row within the whole product
     * @param column its first column within the whole product
     */
    void apply(Matrix block, int row, int column);

    /** Returns an epilogue that adds the same place of another matrix: the residual connection. */
    static Epilogue add(Matrix residual) {
        return (block, row, column) -> Add.apply(block,
                residual.slice(row, row + block.rows()).columns(column, block.columns()));
    }

    /**
     * Returns an epilogue that applies {@link Gelu} and writes each column's sum of squares, for {@link Grn}.
     *
     * @param sums   {@code [chunks, columns]}
     * @param images which rows of the product are which image's
     */
    static Epilogue geluAndSquares(Matrix sums, ImageRows images) {
        return (block, row, column) -> {
            int chunk = images.chunkOf(row);
            Matrix dst = sums.slice(chunk, chunk + 1).columns(column, block.columns());
            Gelu.applyAndSumSquares(block, dst.memory(), dst.offset());
        };
    }
}
