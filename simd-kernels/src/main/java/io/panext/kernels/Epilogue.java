package io.panext.kernels;

/** What is done to a matrix product block by block, while they are still in a near cache. */
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
     * Changes a few columns, as soon as they are there: in the nearest cache.
     *
     * @param block  the block, changed in place; its rows belong to one image and one {@link Linear#CHUNK}
     * @param row    its first row within the whole product
     * @param column its first column within the whole product
     */
    void apply(Matrix block, int row, int column);

    /**
     * Changes rows, as soon as all of their columns are there that one worker computes: in the second-level cache.
     *
     * @param rows   the rows, changed in place; whosever they are
     * @param row    the first of them within the whole product
     * @param column their first column within the whole product
     */
    default void finish(Matrix rows, int row, int column) {}

    /**
     * Returns this epilogue for the rows from one on, as a product of their own.
     *
     * @param first which row of the whole product is their first
     */
    default Epilogue from(int first) {
        Epilogue whole = this;
        return new Epilogue() {
            @Override
            public void apply(Matrix block, int row, int column) {
                whole.apply(block, first + row, column);
            }

            @Override
            public void finish(Matrix rows, int row, int column) {
                whole.finish(rows, first + row, column);
            }
        };
    }

    /** Returns an epilogue that adds the same place of another matrix: the residual connection. */
    static Epilogue add(Matrix residual) {
        return new Residual(residual);
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
