package io.panext.dnnl;

import io.panext.graph.Shape;
import io.panext.kernels.Matrix;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;

/** oneDNN's view of maps: rows of pixels, or NHWC images, with aligned rows. */
final class Maps {

    private Maps() {}

    /** Returns how far apart two pixels are, in values. */
    static long stride(int channels) {
        return Matrix.alignedStride(channels) / Float.BYTES;
    }

    /** Returns whether rows follow each other without gaps. */
    static boolean isDense(int channels) {
        return stride(channels) == channels;
    }

    /** Returns the offset of a pixel, in bytes. */
    static long offset(long row, int channels) {
        return row * Matrix.alignedStride(channels);
    }

    /** Describes pixels as rows. */
    static MemoryDescriptor rows(Script script, long rows, int channels) {
        return script.rows(DataType.F32, rows, channels, stride(channels));
    }

    /** Describes images, as {@code [n, c, h, w]} with the strides of NHWC and {@code pixelStride} values a pixel. */
    static MemoryDescriptor images(Script script, DataType type, Shape shape, long pixelStride) {
        long row = shape.width() * pixelStride;
        return script.own(MemoryDescriptor.strided(type,
                new long[] {shape.images(), shape.channels(), shape.height(), shape.width()},
                new long[] {shape.height() * row, 1, row, pixelStride}));
    }
}
