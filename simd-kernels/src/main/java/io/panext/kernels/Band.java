package io.panext.kernels;

/** How a depthwise convolution computes rows of one image, in one vector of channels. */
@FunctionalInterface
interface Band {

    /**
     * Computes the rows {@code top} to {@code bottom}.
     *
     * @param src   the image, {@code [height * width, channels]}
     * @param dst   likewise
     * @param slice which vector of channels
     */
    void compute(Matrix src, Matrix dst, int slice, int top, int bottom);

    /** Computes what is one worker's of the rows of all images. */
    static void each(Matrix src, Matrix dst, int height, int width, Share share, Band band) {
        int rows = dst.rowsOver(height * width) * height;
        int end = share.to(rows);
        for (int row = share.from(rows); row < end;) {
            int image = row / height;
            int top = row - image * height;
            int bottom = Math.min(height, top + end - row);
            int firstPixel = image * height * width;
            Matrix from = src.slice(firstPixel, firstPixel + height * width);
            Matrix to = dst.slice(firstPixel, firstPixel + height * width);
            for (int slice = 0; slice < Lanes.vectors(src.columns()); slice++) {
                band.compute(from, to, slice, top, bottom);
            }
            row += bottom - top;
        }
    }
}
