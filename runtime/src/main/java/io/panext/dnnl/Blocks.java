package io.panext.dnnl;

import io.panext.graph.Shape;
import io.panext.kernels.ImageRows;
import io.panext.kernels.Linear;
import io.panext.kernels.Share;
import java.util.ArrayList;
import java.util.List;

/** The parts in which a product over all pixels is done. */
final class Blocks {

    private static final int LEAST_ROWS = 4 * Linear.CHUNK;
    private static final long CACHE_BYTES = 1 << 20;

    /** A masked map is small, and so must be what is needed beside it. */
    private static final long MASKED_CACHE_BYTES = CACHE_BYTES / 4;

    private Blocks() {}

    /**
     * Consecutive rows of one image.
     *
     * @param image which image
     * @param chunk the first chunk, as {@link Linear} counts them, of all images
     * @param chunks how many chunks
     * @param row   the first row, of all images
     * @param rows  how many rows
     */
    record Block(int image, int chunk, int chunks, int row, int rows) {}

    /** Returns whether there are rows enough to give each worker some of them; if not, they share the columns. */
    static boolean sharesRows(Shape shape, Share share) {
        return Linear.sharesRows(shape.statistics().chunks(), share.workers());
    }

    /**
     * Returns one worker's blocks, so long that weights are read seldom and so short that what is made of a block is
     * still in the cache when it is read again.
     *
     * @param columns values of the longest row that is made
     */
    static List<Block> of(Shape shape, int columns, Share share) {
        boolean masked = shape.visible().isPresent();
        long bytes = masked ? MASKED_CACHE_BYTES : CACHE_BYTES;
        int least = masked ? Linear.CHUNK : LEAST_ROWS;
        int most = Math.clamp(bytes / (4L * columns), least, Ones.COUNT) / Linear.CHUNK;
        Share rows = sharesRows(shape, share) ? share : Share.ALL;
        ImageRows images = shape.statistics();
        int end = rows.to(images.chunks());
        var blocks = new ArrayList<Block>();
        for (int chunk = rows.from(images.chunks()); chunk < end;) {
            int from = images.chunkRow(chunk);
            int image = images.imageOf(from);
            int last = Math.min(Math.min(chunk + most, end), images.firstChunk(image + 1));
            blocks.add(new Block(image, chunk, last - chunk, from, images.chunkRow(last) - from));
            chunk = last;
        }
        return blocks;
    }
}
