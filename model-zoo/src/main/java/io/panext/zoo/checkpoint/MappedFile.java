package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A checkpoint file in memory, whatever its format. */
final class MappedFile {

    /** Bytes of a tensor that are given back at a time: each time, all processors that run this process are interrupted. */
    private static final long FORGET_EVERY = 4 << 20;

    private MappedFile() {}

    /**
     * Maps a file. It must not change as long as the arena lives.
     *
     * @param arena closed at once if this method throws
     * @throws CheckpointException if the file is not there or not readable
     */
    static MemorySegment map(Path path, Arena arena) throws CheckpointException {
        String name = path.toString();
        try {
            requireRegularFile(name, path);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            }
        } catch (CheckpointException e) {
            arena.close();
            throw e;
        } catch (IOException e) {
            arena.close();
            throw CheckpointException.refused(name, "cannot be read", e);
        }
    }

    /**
     * Lets the system take back the memory of what has been read of a tensor; should it be read again, it is there again.
     * That is all from its start on: with a page that is wanted, the system also maps those around it, forgotten or not.
     *
     * @param read   all of it until now
     * @param latest the bytes at its end that are new
     * @param isAll  whether this is the whole tensor
     */
    static void forget(MemorySegment read, long latest, boolean isAll) {
        long end = read.byteSize();
        if (read.isMapped() && (isAll || end / FORGET_EVERY != (end - latest) / FORGET_EVERY)) {
            read.unload();
        }
    }

    /** Returns those that are mapped. */
    static List<MemorySegment> mapped(MemorySegment... parts) {
        return Stream.of(parts).filter(MemorySegment::isMapped).toList();
    }

    private static void requireRegularFile(String name, Path path) throws CheckpointException {
        if (Files.isDirectory(path)) {
            throw new CheckpointException(name, "is a directory; name the checkpoint file in it");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new CheckpointException(name, "is not a regular file");
        }
    }
}
