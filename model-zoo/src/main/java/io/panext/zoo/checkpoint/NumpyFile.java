package io.panext.zoo.checkpoint;

import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * NumPy's {@code .npy} files: a magic word, a Python dict with type, order and shape, then the values. See
 * <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the format's description</a>.
 */
public final class NumpyFile {

    private static final byte[] MAGIC_AND_VERSION = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int ALIGNMENT = 64;

    private NumpyFile() {}

    /**
     * Writes an array of fp32.
     *
     * <p>The bytes go to a new file beside the target, which takes the target's place only once it is complete.
     *
     * @param target file to write or replace
     * @param array  shape and values
     * @throws CheckpointException if the target cannot be written
     */
    public static void write(Path target, FloatTensor array) throws CheckpointException {
        ByteBuffer header = header(array);
        CompleteFile.write(target, channel -> {
            CompleteFile.drain(header, channel);
            Values.of(array.values()).writeTo(channel, array.values().byteSize());
        });
    }

    /** Padded with spaces and closed by a line break, so that the values are aligned. */
    private static ByteBuffer header(FloatTensor array) {
        String shape = array.shape().stream().map(dimension -> dimension + ",").collect(Collectors.joining(" "));
        String dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
        int lengthBytes = Short.BYTES;
        int unpadded = MAGIC_AND_VERSION.length + lengthBytes + dict.length() + 1;
        int size = Math.ceilDiv(unpadded, ALIGNMENT) * ALIGNMENT;
        int length = size - MAGIC_AND_VERSION.length - lengthBytes;
        String text = dict + " ".repeat(size - unpadded) + "\n";
        return ByteBuffer.allocate(size).put(MAGIC_AND_VERSION).put((byte) length).put((byte) (length >> Byte.SIZE))
                .put(text.getBytes(StandardCharsets.US_ASCII)).flip();
    }
}
