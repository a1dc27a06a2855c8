package io.panext.dnnl;

import io.panext.graph.Shape;
import io.panext.kernels.Linear;
import io.panext.kernels.Share;
import java.util.ArrayList;
import java.util.List;

/** The parts in which a product over all pixels is done. */
final class Blocks {

    private static final int LEAST_ROWS = 4 * Linear.CHUNK;
    private static final long CACHE_BYTES = 1 << 20;

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
        return chunks(shape) >= 2 * share.workers();
    }

    private static int chunks(Shape shape) {
        return shape.images() * Linear.chunks(shape.pixels());
    }

    /**
     * Returns one worker's blocks, so long that weights are read seldom and so short that what is made of a block is
     * still in the cache when it is read again.
     *
     * @param columns values of the longest row that is made
     */
    static List<Block> of(Shape shape, int columns, Share share) {
        int most = Math.clamp(CACHE_BYTES / (4L * columns), LEAST_ROWS, Ones.COUNT) / Linear.CHUNK;
        Share rows = sharesRows(shape, share) ? share : Share.ALL;
        int end = rows.to(chunks(shape));
        int perImage = Linear.chunks(shape.pixels());
        var blocks = new ArrayList<Block>();
        for (int chunk = rows.from(chunks(shape)); chunk < end;) {
            int image = chunk / perImage;
            int last = Math.min(Math.min(chunk + most, end), (image + 1) * perImage);
            int from = row(chunk, perImage, shape.pixels());
            blocks.add(new Block(image, chunk, last - chunk, from, row(last, perImage, shape.pixels()) - from));
            chunk = last;
        }
        return blocks;
    }

    private static int row(int chunk, int perImage, int pixels) {
        return chunk / perImage * pixels + Math.min(chunk % perImage * Linear.CHUNK, pixels);
    }
}
