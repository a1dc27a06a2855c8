package io.panext.arena;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/**
 * A bounded region of off-heap memory, handed out in blocks.
 *
 * <p>All memory is reserved when the arena is opened, so that what a program can use is known before it runs. Blocks start
 * at multiples of {@value #ALIGNMENT} bytes and are filled with zeros. {@link #close()} frees everything at once. To ask a
 * freed block for its memory is an error, and so is to use the memory of a closed arena; what was asked for before its block
 * was freed must not be used any more, since it may be another's by then. Safe for use by many threads.
 */
public final class TensorArena implements AutoCloseable {

    /** Alignment of every block, in bytes. */
    public static final long ALIGNMENT = 64;

    private final Arena owner = Arena.ofShared();
    private final Usage usage = new Usage("the arena");
    private final MemorySegment memory;
    private final TreeMap<Long, Long> free = new TreeMap<>();
    private long used;
    private long peak;

    private TensorArena(long capacity) {
        this.memory = owner.allocate(capacity, ALIGNMENT);
        free.put(0L, capacity);
    }

    /**
     * Reserves memory.
     *
     * @param capacity what can be handed out at a time, in bytes; rounded up to a multiple of {@value #ALIGNMENT}
     * @throws IllegalArgumentException if the capacity is not positive
     * @throws OutOfMemoryError         if the system has not so much
     */
    public static TensorArena ofBytes(long capacity) {
        if (capacity <= 0) {
            throw new IllegalArgumentException("an arena of " + capacity + " bytes");
        }
        return new TensorArena(aligned(capacity));
    }

    /**
     * Hands out a block of zeros.
     *
     * @param bytes its size
     * @throws ArenaExhaustedException if no gap is large enough
     * @throws IllegalStateException   if the arena is closed
     */
    public synchronized Block allocate(long bytes) {
        usage.requireOpen();
        if (bytes <= 0) {
            throw new IllegalArgumentException("a block of " + bytes + " bytes");
        }
        long size = aligned(bytes);
        for (Map.Entry<Long, Long> gap : free.entrySet()) {
            if (gap.getValue() >= size) {
                return take(gap.getKey(), gap.getValue(), size);
            }
        }
        throw new ArenaExhaustedException(size, capacity() - used, capacity());
    }

    private Block take(long offset, long gap, long size) {
        free.remove(offset);
        if (gap > size) {
            free.put(offset + size, gap - size);
        }
        used += size;
        peak = Math.max(peak, used);
        return new Block(this, offset, memory.asSlice(offset, size).fill((byte) 0));
    }

    synchronized void release(Block block) {
        if (!usage.isOpen()) {
            return;
        }
        if (block.freed) {
            throw new IllegalStateException("block at " + block.offset + " freed twice");
        }
        block.freed = true;
        long offset = block.offset;
        long size = block.memory.byteSize();
        used -= size;
        Map.Entry<Long, Long> before = free.floorEntry(offset);
        if (before != null && before.getKey() + before.getValue() == offset) {
            offset = before.getKey();
            size += before.getValue();
        }
        Long after = free.remove(offset + size);
        free.put(offset, after == null ? size : size + after);
    }

    /** Bytes that can be handed out in all. */
    public long capacity() {
        return memory.byteSize();
    }

    /** Bytes that are handed out now. */
    public synchronized long used() {
        return used;
    }

    /** The most bytes that were handed out at a time. */
    public synchronized long peak() {
        return peak;
    }

    /**
     * Keeps the memory from being freed by others while something runs in it that would not notice.
     *
     * @throws IllegalStateException if the arena is closed
     */
    public Usage.Hold hold() {
        return usage.hold();
    }

    /**
     * Frees all memory, once nobody {@linkplain #hold holds} it.
     *
     * @throws IllegalStateException if the arena is closed already, or this thread itself holds it
     */
    @Override
    public void close() {
        usage.requireOpen();
        usage.end(owner::close);
    }

    /** Returns a size rounded up to a multiple of {@value #ALIGNMENT} bytes. */
    public static long aligned(long bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    /** A block of an arena. It is freed by closing it, once, or with the arena. */
    public static final class Block implements AutoCloseable {

        private final TensorArena arena;
        private final long offset;
        private final MemorySegment memory;
        private boolean freed;

        private Block(TensorArena arena, long offset, MemorySegment memory) {
            this.arena = arena;
            this.offset = offset;
            this.memory = memory;
        }

        /**
         * Returns the block's memory; only for as long as the block is not freed.
         *
         * @throws IllegalStateException if it has been
         */
        public MemorySegment memory() {
            synchronized (arena) {
                if (freed) {
                    throw new IllegalStateException("block at " + offset + " used after it was freed");
                }
                return memory;
            }
        }

        /**
         * Gives the block back, unless that has happened with the arena.
         *
         * @throws IllegalStateException if it was given back already
         */
        @Override
        public void close() {
            arena.release(this);
        }
    }
}
