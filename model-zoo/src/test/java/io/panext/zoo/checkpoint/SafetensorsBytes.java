package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Safetensors files made by hand, sound or not. */
final class SafetensorsBytes {

    static final String NAME = "hand-made.safetensors";

    private SafetensorsBytes() {}

    /** Returns a file with this header and so many bytes of zeros as data. */
    static byte[] file(String header, int dataSize) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return withLength(json.length, json, dataSize);
    }

    /** Returns a file whose header claims a length of its own. */
    static byte[] withLength(long length, byte[] header, int dataSize) {
        return ByteBuffer.allocate(8 + header.length + dataSize).order(ByteOrder.LITTLE_ENDIAN).putLong(length)
                .put(header).array();
    }

    static Safetensors open(byte[] file) throws IOException {
        return Safetensors.of(NAME, MemorySegment.ofArray(file));
    }
}
