package io.panext.kernels;

/**
 * A linear over all pixels, which a pointwise convolution is: {@code dst = epilogue(src · weightsᵀ + bias)}.
 *
 * <p>The product is done in chunks of {@value #CHUNK} rows that never cross from one image to the next, so that an
 * epilogue can gather statistics of an image in the same order whatever the number of workers.
 *
 * @param weights packed {@code [out, in]} and bias
 */
public record Linear(PackedWeights weights) {

    /** Rows of a chunk: seven register tiles. */
    public static final int CHUNK = 7 * Gemm.TILE_ROWS;

    /** Input rows that stay in the second-level cache while the weights stream past them, in bytes. */
    private static final long BLOCK_BYTES = 512 << 10;

    /** Returns the number of chunks of an image. */
    public static int chunks(int pixels) {
        return Math.ceilDiv(pixels, CHUNK);
    }

    /** Returns the most rows that are asked from a {@link RowSource} at a time. */
    public static int blockRows(int depth) {
        return CHUNK * (int) Math.max(1, BLOCK_BYTES / (CHUNK * 4L * depth));
    }

    /**
     * Computes one worker's share.
     *
     * @param src      {@code images * pixels} rows of {@code in} values
     * @param dst      {@code [images * pixels, out]}, aligned
     * @param pixels   rows of an image
     * @param epilogue what finishes each block
     * @param share    split over chunks where there are enough of them, over output columns otherwise
     */
    public void run(RowSource src, Matrix dst, int pixels, Epilogue epilogue, Share share) {
        dst.requireColumns(weights.columns());
        int chunks = dst.rowsOver(pixels) * chunks(pixels);
        if (chunks >= 2 * share.workers()) {
            run(src, dst, pixels, epilogue, share.from(chunks), share.to(chunks), 0, weights.panels());
        } else {
            int panels = weights.panels();
            run(src, dst, pixels, epilogue, 0, chunks, share.from(panels), share.to(panels));
        }
    }

    private void run(RowSource src, Matrix dst, int pixels, Epilogue epilogue, int fromChunk, int toChunk,
            int fromPanel, int toPanel) {
        int blockChunks = blockRows(weights.depth()) / CHUNK;
        for (int first = fromChunk; first < toChunk && fromPanel < toPanel; first += blockChunks) {
            int last = Math.min(first + blockChunks, toChunk);
            int firstRow = row(first, pixels);
            Matrix block = src.rows(firstRow, row(last, pixels));
            block.requireColumns(weights.depth());
            for (int panel = fromPanel; panel < toPanel; panel++) {
                int column = weights.firstColumn(panel);
                int columns = weights.usedColumns(panel);
                for (int chunk = first; chunk < last; chunk++) {
                    int from = row(chunk, pixels);
                    int to = row(chunk + 1, pixels);
                    Matrix out = dst.slice(from, to);
                    Gemm.panel(block.slice(from - firstRow, to - firstRow), weights, panel, out);
                    epilogue.apply(out.columns(column, columns), from, column);
                }
            }
        }
    }

    private static int row(int chunk, int pixels) {
        int perImage = chunks(pixels);
        return chunk / perImage * pixels + Math.min(chunk % perImage * CHUNK, pixels);
    }
}
