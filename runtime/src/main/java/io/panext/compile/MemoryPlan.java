package io.panext.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A place in one block of memory for every buffer, so that buffers that are alive at the same time do not overlap.
 *
 * <p>No plan can be smaller than the {@linkplain #liveBytes bytes alive} at the busiest step. Buffers are placed one by
 * one at the lowest offset that is free over their whole life: the largest first, as TensorFlow Lite and XNNPACK do.
 * Where that wastes memory, the buffer that reaches highest goes first in the next of a bounded number of attempts; then
 * those that live longest do.
 *
 * @param offsets offset of each buffer, in the order they were given, in bytes
 * @param bytes   size of the block
 */
public record MemoryPlan(List<Long> offsets, long bytes) {

    private static final int ATTEMPTS = 200;

    /**
     * A buffer and its life.
     *
     * @param bytes size; offsets are multiples of the same alignment as sizes are
     * @param first index of the step that writes it
     * @param last  index of the last step that reads it
     */
    public record Buffer(long bytes, int first, int last) {

        private int steps() {
            return last - first;
        }

        boolean overlaps(Buffer other) {
            return first <= other.last && other.first <= last;
        }
    }

    /** Copies the list. */
    public MemoryPlan {
        offsets = List.copyOf(offsets);
    }

    /** Plans the smallest block that the attempts find. */
    public static MemoryPlan of(List<Buffer> buffers) {
        long bound = liveBytes(buffers);
        Comparator<Buffer> largest = Comparator.comparingLong(Buffer::bytes).reversed();
        Comparator<Buffer> longest = Comparator.comparingInt(Buffer::steps).reversed();
        MemoryPlan best = of(buffers, largest.thenComparingInt(Buffer::first), bound);
        if (best.bytes == bound) {
            return best;
        }
        MemoryPlan other = of(buffers, longest.thenComparing(largest).thenComparingInt(Buffer::first), bound);
        return other.bytes < best.bytes ? other : best;
    }

    private static MemoryPlan of(List<Buffer> buffers, Comparator<Buffer> foremost, long bound) {
        var order = new ArrayList<Integer>(IntStream.range(0, buffers.size()).boxed()
                .sorted(Comparator.comparing(buffers::get, foremost)).toList());
        MemoryPlan best = place(buffers, order);
        MemoryPlan attempt = best;
        for (int i = 1; i < ATTEMPTS && best.bytes > bound; i++) {
            int position = order.indexOf(attempt.highest(buffers));
            Collections.rotate(order.subList(0, position + 1), 1);
            attempt = place(buffers, order);
            best = attempt.bytes < best.bytes ? attempt : best;
        }
        return best;
    }

    private int highest(List<Buffer> buffers) {
        return IntStream.range(0, buffers.size())
                .filter(i -> offsets.get(i) + buffers.get(i).bytes() == bytes).findFirst().orElseThrow();
    }

    /** Returns the most bytes that are alive at a time. */
    public static long liveBytes(List<Buffer> buffers) {
        int steps = buffers.stream().mapToInt(Buffer::last).max().orElse(-1) + 1;
        return IntStream.range(0, steps).mapToLong(step -> buffers.stream()
                .filter(b -> b.first() <= step && step <= b.last()).mapToLong(Buffer::bytes).sum()).max().orElse(0);
    }

    private static MemoryPlan place(List<Buffer> buffers, List<Integer> order) {
        Long[] offsets = new Long[buffers.size()];
        var placed = new ArrayList<Integer>();
        long end = 0;
        for (int index : order) {
            Buffer buffer = buffers.get(index);
            offsets[index] = lowestGap(buffer, placed.stream().filter(other -> buffers.get(other).overlaps(buffer))
                    .map(other -> new long[] {offsets[other], offsets[other] + buffers.get(other).bytes()})
                    .sorted(Comparator.comparingLong(range -> range[0])).toList());
            placed.add(index);
            end = Math.max(end, offsets[index] + buffer.bytes());
        }
        return new MemoryPlan(Arrays.asList(offsets), end);
    }

    private static long lowestGap(Buffer buffer, List<long[]> taken) {
        long offset = 0;
        for (long[] range : taken) {
            if (range[0] - offset >= buffer.bytes()) {
                break;
            }
            offset = Math.max(offset, range[1]);
        }
        return offset;
    }
}
