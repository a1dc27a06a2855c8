package io.panext.cli;

import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Collects a tensor row by row in a file that has no name left when all is done: of any size, in little memory. */
final class FloatSpool implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final FileChannel channel;
    private final List<Integer> rowShape;
    private int rows;

    /**
     * Opens a spool.
     *
     * @param beside   a file in whose folder there is room
     * @param rowShape shape of one row
     */
    FloatSpool(Path beside, List<Integer> rowShape) throws IOException {
        this.rowShape = List.copyOf(rowShape);
        this.channel = FileChannel.open(beside.resolveSibling("." + UUID.randomUUID() + ".partial"),
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** Adds one row. */
    void add(float... row) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * row.length).order(ByteOrder.nativeOrder());
        MemorySegment.ofBuffer(bytes).copyFrom(MemorySegment.ofArray(row));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        rows++;
    }

    /** Returns all rows as one tensor, whose first dimension counts them; valid until {@link #close()}. */
    FloatTensor tensor() throws IOException {
        MemorySegment values = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        long size = rowShape.stream().mapToLong(Integer::longValue).reduce(rows, Math::multiplyExact);
        return new FloatTensor(Stream.concat(Stream.of(rows), rowShape.stream()).toList(),
                values.asSlice(0, size * ValueLayout.JAVA_FLOAT.byteSize()));
    }

    @Override
    public void close() throws IOException {
        arena.close();
        channel.close();
    }
}
