package io.panext.image;

import javax.imageio.stream.ImageInputStreamImpl;

/** A file's bytes as ImageIO's readers want them: read in place, without a cache in memory or on disk. */
final class EncodedStream extends ImageInputStreamImpl {
    private final byte[] file;

    EncodedStream(byte[] file) {
        this.file = file;
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < file.length ? Byte.toUnsignedInt(file[(int) streamPos++]) : -1;
    }

    @Override
    public int read(byte[] dst, int offset, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        if (streamPos >= file.length) {
            return -1;
        }
        int count = (int) Math.min(length, file.length - streamPos);
        System.arraycopy(file, (int) streamPos, dst, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return file.length;
    }
}
