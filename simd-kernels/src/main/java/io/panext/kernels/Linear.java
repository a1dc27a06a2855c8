package io.panext.kernels;

import java.util.function.IntUnaryOperator;

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

    /** Input rows that leave room in the second-level cache for the weights that they meet, in bytes. */
    private static final long BLOCK_BYTES = 256 << 10;

    /** Input rows that stay in the second-level cache while large weights stream past them, in bytes. */
    private static final long LARGE_BLOCK_BYTES = 640 << 10;

    /** Chunks of input rows that make up for the way of large weights, even if that cache does not keep them. */
    private static final int LEAST_LARGE_CHUNKS = 4;

    /** Weights that no cache of one core keeps from one block, or one run, to the next, in bytes. */
    private static final long LARGE_WEIGHTS = 1 << 20;

    /**
     * Returns the most rows that are asked from a {@link RowSource} at a time: all of them, if they are no more than two
     * blocks, for the weights stream past the second as well.
     *
     * @param rows    rows of the product
     * @param depth   values of a row
     * @param columns values of a row of the result
     */
    public static int blockRows(int rows, int depth, int columns) {
        boolean areLarge = areLarge(depth, columns);
        long bytes = areLarge ? LARGE_BLOCK_BYTES : BLOCK_BYTES;
        int block = CHUNK * (int) Math.max(areLarge ? LEAST_LARGE_CHUNKS : 1, bytes / (CHUNK * 4L * depth));
        return rows <= 2 * block ? rows : block;
    }

    /**
     * Returns whether there are rows enough to give each worker some of them. If not, workers share the columns: no two of
     * them then read the same weights.
     *
     * @param chunks  in how many chunks the rows are done
     * @param workers how many share the product
     */
    public static boolean sharesRows(int chunks, int workers) {
        return chunks >= 2 * workers;
    }

    private static boolean areLarge(int depth, int columns) {
        return 4L * depth * columns > LARGE_WEIGHTS;
    }

    /**
     * Computes one worker's share.
     *
     * @param src      the images' rows of {@code in} values
     * @param dst      {@code [rows, out]}, aligned
     * @param images   which rows are which image's
     * @param epilogue what finishes each block
     * @param share    split over chunks where there are enough of them, over output columns otherwise
     */
    public void run(RowSource src, Matrix dst, ImageRows images, Epilogue epilogue, Share share) {
        dst.requireColumns(weights.columns());
        images.requireRows(dst);
        int chunks = images.chunks();
        IntUnaryOperator firstRow = images::chunkRow;
        if (sharesRows(chunks, share.workers())) {
            run(src, dst, epilogue, firstRow, share.from(chunks), share.to(chunks), Share.ALL);
        } else {
            run(src, dst, epilogue, firstRow, 0, chunks, share);
        }
    }

    /**
     * Computes one worker's rows, {@code share.from(rows)} to {@code share.to(rows)}, whatever the number of them.
     *
     * @param src      rows of {@code in} values
     * @param dst      {@code [rows, out]}, aligned
     * @param epilogue what finishes each block; it must not depend on images
     */
    public void runRows(RowSource src, Matrix dst, Epilogue epilogue, Share share) {
        dst.requireColumns(weights.columns());
        int from = share.from(dst.rows());
        int to = share.to(dst.rows());
        IntUnaryOperator firstRow = chunk -> Math.min(from + chunk * CHUNK, to);
        run(src, dst, epilogue, firstRow, 0, Math.ceilDiv(to - from, CHUNK), Share.ALL);
    }

    private void run(RowSource src, Matrix dst, Epilogue epilogue, IntUnaryOperator firstRow, int fromChunk,
            int toChunk, Share panels) {
        int blockRows = blockRows(dst.rows(), weights.depth(), weights.columns());
        int fromPanel = panels.from(weights.panels());
        int toPanel = panels.to(weights.panels());
        int last;
        for (int first = fromChunk; first < toChunk && fromPanel < toPanel; first = last) {
            int base = firstRow.applyAsInt(first);
            last = first + 1;
            while (last < toChunk && firstRow.applyAsInt(last + 1) - base <= blockRows) {
                last++;
            }
            int end = firstRow.applyAsInt(last);
            Matrix block = src.rows(base, end);
            block.requireColumns(weights.depth());
            // Small weights stay in the second-level cache from the first block on.
            boolean areFar = first == fromChunk || areLarge(weights.depth(), weights.columns());
            int linesAhead = areFar ? linesAhead(firstRow, first, last) : 0;
            for (int panel = fromPanel; panel < toPanel; panel++) {
                int column = weights.firstColumn(panel);
                int lines = panel + 1 < toPanel ? linesAhead : 0;
                int tiles = 0;
                for (int chunk = first; chunk < last; chunk++) {
                    int from = firstRow.applyAsInt(chunk);
                    int to = firstRow.applyAsInt(chunk + 1);
                    Matrix out = dst.slice(from, to);
                    Gemm.panel(block.slice(from - base, to - base), weights, panel, out, lines, tiles);
                    tiles += Gemm.tiles(to - from);
                    epilogue.apply(out.columns(column, weights.usedColumns(panel)), from, column);
                }
            }
            int column = weights.firstColumn(fromPanel);
            int columns = weights.firstColumn(toPanel - 1) + weights.usedColumns(toPanel - 1) - column;
            epilogue.finish(dst.slice(base, end).columns(column, columns), base, column);
        }
    }

    private int linesAhead(IntUnaryOperator firstRow, int fromChunk, int toChunk) {
        int tiles = 0;
        for (int chunk = fromChunk; chunk < toChunk; chunk++) {
            tiles += Gemm.tiles(firstRow.applyAsInt(chunk + 1) - firstRow.applyAsInt(chunk));
        }
        return Gemm.linesAhead(weights, tiles);
    }
}
