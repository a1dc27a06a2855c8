package io.panext.kernels;

/**
 * The part of an op that one worker does: a static split of equal, contiguous ranges.
 *
 * @param worker  index of this worker, from 0
 * @param workers number of workers that share the op
 */
public record Share(int worker, int workers) {

    /** One worker that does everything. */
    public static final Share ALL = new Share(0, 1);

    /** @throws IllegalArgumentException if the index is not one of the workers */
    public Share {
        if (worker < 0 || worker >= workers) {
            throw new IllegalArgumentException("worker " + worker + " of " + workers);
        }
    }

    /** Returns the first of {@code count} items that belongs to this worker. */
    public int from(int count) {
        return (int) ((long) count * worker / workers);
    }

    /** Returns the end, excluded, of this worker's range of {@code count} items. */
    public int to(int count) {
        return (int) ((long) count * (worker + 1) / workers);
    }
}
