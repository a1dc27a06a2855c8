package io.panext.onednn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What can be told of a Linux library before it is loaded. The loader maps a file without looking at its length: one that
 * is cut off would end the process when the missing part is touched.
 *
 * @see <a href="https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html">System V ABI, chapters 4 and 5</a>
 */
final class ElfFile {

    private static final int HEADER_BYTES = 64;
    private static final int MAGIC = 0x464c457f;
    private static final byte CLASS_64 = 2;
    private static final byte LITTLE_ENDIAN = 1;
    private static final short SHARED_OBJECT = 3;
    private static final int SEGMENT_BYTES = 56;

    private ElfFile() {}

    /** Returns why a file is no complete library for a platform, or nothing if it is one. */
    static Optional<String> defect(Path file, Platform platform) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer header = read(channel, 0, HEADER_BYTES);
            if (header.remaining() < HEADER_BYTES || header.getInt(0) != MAGIC) {
                return Optional.of("is no ELF library");
            }
            if (header.get(4) != CLASS_64 || header.get(5) != LITTLE_ENDIAN
                    || header.getShort(16) != SHARED_OBJECT || header.getShort(18) != machine(platform)) {
                return Optional.of("is no library for " + platform.name());
            }
            long end = end(channel, header);
            if (end < 0) {
                return Optional.of("is damaged: what it says of its segments cannot be");
            }
            return end > channel.size()
                    ? Optional.of("is cut off: it has " + channel.size() + " of at least " + end + " bytes")
                    : Optional.empty();
        }
    }

    /** Returns where the last segment that is mapped ends, or a negative number if that is beyond any file. */
    private static long end(FileChannel channel, ByteBuffer header) throws IOException {
        long offset = header.getLong(32);
        int count = Short.toUnsignedInt(header.getShort(56));
        long end = end(offset, (long) count * SEGMENT_BYTES);
        if (end < 0 || end > channel.size()) {
            return end;
        }
        ByteBuffer segments = read(channel, offset, count * SEGMENT_BYTES);
        for (int i = 0; i < count && end >= 0; i++) {
            int base = i * SEGMENT_BYTES;
            long segment = end(segments.getLong(base + 8), segments.getLong(base + 32));
            end = segment < 0 ? segment : Math.max(end, segment);
        }
        return end;
    }

    private static long end(long offset, long bytes) {
        return offset < 0 || bytes < 0 ? -1 : offset + bytes;
    }

    private static ByteBuffer read(FileChannel channel, long offset, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {
            // until it is full or the file ends
        }
        return buffer.flip();
    }

    private static short machine(Platform platform) {
        return (short) (platform.name().endsWith("arm64") ? 183 : 62);
    }
}
