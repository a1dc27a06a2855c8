package io.panext.compile;

import io.panext.kernels.Linear;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Consecutive rows of a map that go through both linears of a block before the next rows do.
 *
 * @param from the first
 * @param to   the end, excluded
 */
record RowBlock(int from, int to) {

    /** Hidden values that leave room in the second-level cache for small weights, in bytes. */
    private static final long HIDDEN_BYTES = 512 << 10;

    /** With fewer rows at a time, large weights would be read more often than by one linear after the other. */
    private static final int LEAST_ROWS = 4 * Linear.CHUNK;

    /**
     * Returns whether there are rows enough to give each worker some of them. If not, workers had better share the
     * columns of one linear, then those of the other, so that no two of them read the same weights.
     */
    static boolean suffice(int rows, int workers) {
        return workers == 1 || Linear.sharesRows(chunks(rows), workers);
    }

    /**
     * Returns one worker's blocks, as equal as whole chunks of rows allow.
     *
     * @param rows   rows of the map
     * @param hidden values of a row between the two linears
     */
    static List<RowBlock> of(int rows, int hidden, Share share) {
        int first = share.from(chunks(rows));
        int chunks = share.to(chunks(rows)) - first;
        int most = (int) Math.max(HIDDEN_BYTES / Matrix.alignedStride(hidden), LEAST_ROWS) / Linear.CHUNK;
        int count = Math.ceilDiv(chunks, most);
        return IntStream.range(0, count).mapToObj(i -> new Share(i, count))
                .map(block -> new RowBlock((first + block.from(chunks)) * Linear.CHUNK,
                        Math.min((first + block.to(chunks)) * Linear.CHUNK, rows)))
                .toList();
    }

    private static int chunks(int rows) {
        return Math.ceilDiv(rows, Linear.CHUNK);
    }

    int rows() {
        return to - from;
    }

    /** Returns these rows of a map. */
    Matrix of(Matrix map) {
        return map.slice(from, to);
    }
}
