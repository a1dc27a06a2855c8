package io.panext.kernels;

/**
 * The oracle of convolutions, as {@link Reference} is of other ops: plain loops in double precision over dense NHWC maps.
 */
final class ReferenceConvolution {

    private ReferenceConvolution() {}

    /** The 7×7 depthwise convolution. */
    static double[] depthwise(double[] src, double[] weights, double[] bias, int height, int width) {
        return depthwise(src, weights, bias, height, width, 1);
    }

    /** The depthwise convolution with stride 1 that keeps the size; {@code weights [channels, kernel, kernel]}. */
    static double[] depthwise(double[] src, double[] weights, double[] bias, int height, int width, int dilation) {
        int channels = bias.length;
        int kernel = (int) Math.sqrt((double) weights.length / channels);
        double[] dst = new double[src.length];
        for (int i = 0; i < dst.length; i++) {
            int channel = i % channels;
            int x = i / channels % width;
            int y = i / channels / width % height;
            int image = i / channels / width / height;
            double sum = bias[channel];
            for (int ky = 0; ky < kernel; ky++) {
                for (int kx = 0; kx < kernel; kx++) {
                    int fromY = y + (ky - kernel / 2) * dilation;
                    int fromX = x + (kx - kernel / 2) * dilation;
                    if (fromY >= 0 && fromY < height && fromX >= 0 && fromX < width) {
                        sum += src[((image * height + fromY) * width + fromX) * channels + channel]
                                * weights[(channel * kernel + ky) * kernel + kx];
                    }
                }
            }
            dst[i] = sum;
        }
        return dst;
    }

    /** A convolution whose stride is its kernel, so that windows do not overlap. */
    static double[] tiledConvolution(double[] src, double[] weights, double[] bias, int height, int width, int kernel) {
        return convolution(src, weights, bias, height, width, Window.tiles(kernel));
    }

    /**
     * A convolution; what does not fill a window is dropped.
     *
     * @param src     {@code [images, height, width, in]}
     * @param weights {@code [out, in, kernel, kernel]}
     */
    static double[] convolution(double[] src, double[] weights, double[] bias, int height, int width, Window window) {
        int out = bias.length;
        int kernel = window.kernel();
        int in = weights.length / out / kernel / kernel;
        int images = src.length / in / height / width;
        int dstHeight = window.over(height);
        int dstWidth = window.over(width);
        double[] dst = new double[images * dstHeight * dstWidth * out];
        for (int i = 0; i < dst.length; i++) {
            int column = i % out;
            int x = i / out % dstWidth;
            int y = i / out / dstWidth % dstHeight;
            int image = i / out / dstWidth / dstHeight;
            double sum = bias[column];
            for (int channel = 0; channel < in; channel++) {
                for (int ky = 0; ky < kernel; ky++) {
                    for (int kx = 0; kx < kernel; kx++) {
                        int fromY = y * window.stride() + ky * window.dilation() - window.before();
                        int fromX = x * window.stride() + kx * window.dilation() - window.before();
                        if (fromY >= 0 && fromY < height && fromX >= 0 && fromX < width) {
                            sum += src[((image * height + fromY) * width + fromX) * in + channel]
                                    * weights[((column * in + channel) * kernel + ky) * kernel + kx];
                        }
                    }
                }
            }
            dst[i] = sum;
        }
        return dst;
    }

    /** From {@code [images, channels, pixels]} to {@code [images, pixels, channels]}. */
    static double[] channelsLast(double[] src, int channels, int pixels) {
        double[] dst = new double[src.length];
        for (int i = 0; i < src.length; i++) {
            int pixel = i % pixels;
            int channel = i / pixels % channels;
            int image = i / pixels / channels;
            dst[(image * pixels + pixel) * channels + channel] = src[i];
        }
        return dst;
    }
}
