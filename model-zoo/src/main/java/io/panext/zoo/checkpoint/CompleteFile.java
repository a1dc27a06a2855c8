package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes files that are either complete or not there. */
final class CompleteFile {

    private static final int CHUNK_BYTES = 1 << 20;

    private CompleteFile() {}

    /** What writes a file's content. */
    @FunctionalInterface
    interface Content {
        void write(FileChannel channel) throws IOException;
    }

    /**
     * Writes a new file beside the target, which takes the target's place once it is complete.
     *
     * @throws CheckpointException if the target cannot be written
     */
    static void write(Path target, Content content) throws CheckpointException {
        String name = target.toString();
        if (Files.isDirectory(target)) {
            throw new CheckpointException(name, "cannot be written: is a directory");
        }
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new CheckpointException(name, "cannot be written: there is no folder " + folder);
        }
        Path partial = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
        try {
            try {
                try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
                    content.write(channel);
                    channel.force(true);
                }
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw CheckpointException.refused(name, "cannot be written", e);
        }
    }

    /** Writes fp32 values of native byte order as little-endian ones. */
    static void writeFloats(MemorySegment values, FileChannel channel) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        MemorySegment staging = MemorySegment.ofBuffer(chunk);
        for (long written = 0; written < values.byteSize(); written += chunk.limit()) {
            int length = (int) Math.min(CHUNK_BYTES, values.byteSize() - written);
            MemorySegment.copy(values, ValueLayout.JAVA_FLOAT_UNALIGNED, written, staging, DType.FLOAT, 0,
                    length / Float.BYTES);
            drain(chunk.clear().limit(length), channel);
        }
    }

    /** Writes all that a buffer holds. */
    static void drain(ByteBuffer bytes, FileChannel channel) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
