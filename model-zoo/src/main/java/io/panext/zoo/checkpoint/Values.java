package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;

/** Where the values of a file come from, a piece at a time. */
@FunctionalInterface
interface Values {

    /** Bytes that are held at a time. */
    int PIECE_BYTES = 1 << 20;

    /** Returns fp32 values of native byte order, little-endian. */
    static Values of(MemorySegment floats) {
        return (position, piece) -> MemorySegment.copy(floats, ValueLayout.JAVA_FLOAT_UNALIGNED, position, piece,
                DType.FLOAT, 0, piece.byteSize() / Float.BYTES);
    }

    /**
     * Fills a piece.
     *
     * @param position its first byte's place among all bytes
     * @param piece    to be filled with whole values, little-endian
     * @throws CheckpointException if the values cannot be had
     */
    void read(long position, MemorySegment piece) throws CheckpointException;

    /** Writes all of them, of which little is held at a time. */
    default void writeTo(FileChannel channel, long byteSize) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging = arena.allocate(Math.min(PIECE_BYTES, byteSize));
            for (long position = 0; position < byteSize; position += PIECE_BYTES) {
                MemorySegment piece = staging.asSlice(0, Math.min(PIECE_BYTES, byteSize - position));
                read(position, piece);
                CompleteFile.drain(piece.asByteBuffer(), channel);
            }
        }
    }
}
