package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.UUID;

/**
 * Writes files that are either complete or not there. Links stay links, permissions stay; what is no file, as a device or a
 * pipe, is written to as it is.
 */
public final class CompleteFile {

    private static final String UNWRITABLE = "cannot be written";

    private CompleteFile() {}

    /**
     * Makes sure that a file can be written, before there is anything to write.
     *
     * @throws IOException if it cannot; the message begins with its name
     */
    public static void require(Path target) throws IOException {
        try {
            requirePlace(target);
        } catch (IOException e) {
            throw refused(target, e);
        }
    }

    /**
     * Writes a new file beside the target, which takes the target's place once it is complete.
     *
     * @param target file to write or replace
     * @throws IOException if it cannot be written; the message begins with its name
     */
    public static void write(Path target, byte[] content) throws IOException {
        try {
            replace(target, channel -> drain(ByteBuffer.wrap(content), channel));
        } catch (IOException e) {
            throw refused(target, e);
        }
    }

    private static IOException refused(Path target, IOException e) {
        return new IOException(target + ": " + UNWRITABLE + ": " + FileRefusal.reason(e), e);
    }

    /** What writes a file's content. */
    @FunctionalInterface
    interface Content {
        void write(FileChannel channel) throws IOException;
    }

    /**
     * Writes a checkpoint, or a file that belongs to one, likewise.
     *
     * @throws CheckpointException if the target cannot be written
     */
    static void write(Path target, Content content) throws CheckpointException {
        try {
            replace(target, content);
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw CheckpointException.refused(target.toString(), UNWRITABLE, e);
        }
    }

    private static void replace(Path target, Content content) throws IOException {
        requirePlace(target);
        if (isStream(target)) {
            try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                content.write(channel);
            }
            return;
        }
        Path file = file(target);
        Path partial = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".partial");
        Thread remover = new Thread(() -> remove(partial));
        Runtime.getRuntime().addShutdownHook(remover);
        try {
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                content.write(channel);
                channel.force(true);
            }
            if (Files.exists(file)
                    && Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)) {
                Files.setPosixFilePermissions(partial, Files.getPosixFilePermissions(file));
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
            forget(remover);
        }
    }

    private static void requirePlace(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            throw new FileSystemException(target.toString(), null, "is a directory");
        }
        if (isStream(target)) {
            requireWritable(target, target);
            return;
        }
        Path folder = file(target).getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new FileSystemException(target.toString(), null, "there is no folder " + folder);
        }
        requireWritable(folder, target);
    }

    private static void requireWritable(Path place, Path target) throws IOException {
        if (!Files.isWritable(place)) {
            throw new AccessDeniedException(target.toString());
        }
    }

    private static boolean isStream(Path target) {
        return Files.exists(target) && !Files.isRegularFile(target);
    }

    /** Where links lead. */
    private static Path file(Path target) throws IOException {
        return Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    }

    /** A process that is told to end leaves nothing either. */
    private static void remove(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            // nobody is left to tell
        }
    }

    private static void forget(Thread remover) {
        try {
            Runtime.getRuntime().removeShutdownHook(remover);
        } catch (IllegalStateException e) {
            // the process is ending, and it runs
        }
    }

    /** Writes all that a buffer holds. */
    static void drain(ByteBuffer bytes, FileChannel channel) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
