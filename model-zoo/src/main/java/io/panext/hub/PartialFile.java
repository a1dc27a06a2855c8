package io.panext.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The beginning of a file that is being fetched.
 *
 * @param path where it grows
 */
record PartialFile(Path path) {

    private static final int CHUNK_BYTES = 1 << 16;

    /** How much of the file is there. */
    long size() {
        try {
            return Files.exists(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Opens it to be continued, without what lies beyond a position. */
    FileChannel continueFrom(long position) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE).truncate(position)
                .position(position);
    }

    /** Computes the hash of what is on the disk, not of what was sent to it. */
    String hash(MessageDigest digest) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
            while (channel.read(chunk.clear()) >= 0) {
                digest.update(chunk.flip());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Forgets what is there. */
    void delete() throws IOException {
        Files.deleteIfExists(path);
    }
}
