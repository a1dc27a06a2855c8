package io.panext.kernels;

import jdk.incubator.vector.FloatVector;

/** Global average pooling: the mean of each channel over the pixels of its image. */
public final class GlobalPool {

    private GlobalPool() {}

    /**
     * Pools the images of one worker.
     *
     * @param src    {@code [rows, channels]}, aligned
     * @param images which rows are which image's
     * @param dst    {@code [images, channels]}, aligned
     */
    public static void run(Matrix src, ImageRows images, Matrix dst, Share share) {
        images.requireRows(src);
        dst.requireShape(images.images(), src.columns());
        int end = share.to(dst.rows());
        for (int image = share.from(dst.rows()); image < end; image++) {
            int pixels = images.pixels(image);
            Matrix rows = src.slice(images.firstRow(image), images.firstRow(image + 1));
            for (int v = 0; v < Lanes.vectors(src.columns()); v++) {
                long column = (long) v * Lanes.BYTES;
                FloatVector sum = Lanes.zero();
                for (int row = 0; row < pixels; row++) {
                    sum = sum.add(Lanes.load(rows.memory(), rows.rowOffset(row) + column));
                }
                Lanes.store(sum.div(pixels), dst.memory(), dst.rowOffset(image) + column);
            }
        }
    }
}
