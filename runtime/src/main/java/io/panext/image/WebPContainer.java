package io.panext.image;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The RIFF file around a WebP picture. */
final class WebPContainer {
    private static final int LENGTH = 4;
    private static final int LENGTH_COUNTS_FROM = 8;
    /** Last letter of the first chunk's name, {@code VP8X} in extended files. */
    private static final int KIND = 15;
    private static final int FLAGS = 20;
    private static final int PROFILE = 0x20;

    private WebPContainer() {}

    /**
     * Returns a copy without the flag that announces a colour profile, through which the plugin would convert.
     *
     * @throws EOFException if the file is shorter than its header says, which the plugin does not notice
     */
    static byte[] withoutProfile(byte[] file) throws EOFException {
        ByteBuffer webp = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length <= FLAGS
                || Integer.toUnsignedLong(webp.getInt(LENGTH)) > file.length - (long) LENGTH_COUNTS_FROM) {
            throw new EOFException();
        }
        if (webp.get(KIND) == 'X') {
            webp.put(FLAGS, (byte) (webp.get(FLAGS) & ~PROFILE));
        }
        return webp.array();
    }
}
