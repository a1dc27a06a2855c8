package io.panext.zoo.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/** What the entries of a zip archive hold. */
final class ZipContent {

    /** How much is checked at a time: buffers cannot be as large as files. */
    private static final long CHECKED_BYTES = 1 << 30;

    /** No deflated byte stands for more. */
    private static final int MAX_DEFLATE_RATIO = 1032;

    private ZipContent() {}

    /** Computes what the directory should state. */
    static int checksum(MemorySegment content) {
        var checksum = new CRC32();
        for (long at = 0; at < content.byteSize(); at += CHECKED_BYTES) {
            checksum.update(content.asSlice(at, Math.min(CHECKED_BYTES, content.byteSize() - at)).asByteBuffer());
        }
        return (int) checksum.getValue();
    }

    /**
     * Unpacks an entry.
     *
     * @param size  of what is unpacked, as the directory has it
     * @param arena where to put it
     */
    static MemorySegment inflate(String name, MemorySegment content, long size, Arena arena) throws ZipException {
        ZipDirectory.require(size >= 0 && size <= Integer.MAX_VALUE && content.byteSize() <= Integer.MAX_VALUE
                && size / MAX_DEFLATE_RATIO <= content.byteSize(), "entry " + name + " has an impossible size");
        MemorySegment inflated = arena.allocate(size);
        try (var inflater = new Inflater(true)) {
            inflater.setInput(content.asByteBuffer());
            ZipDirectory.require(inflater.inflate(inflated.asByteBuffer()) == size,
                    "entry " + name + " is shorter than the directory says");
        } catch (DataFormatException e) {
            throw ZipDirectory.damaged("entry " + name + " is not compressed data", e);
        }
        return inflated;
    }
}
