package io.panext.kernels;

/**
 * The oracle: every op as plain loops over dense row-major arrays, in double precision.
 *
 * <p>Nothing here is meant to be fast. Maps are NHWC; the number of rows or images follows from the array's length.
 */
final class Reference {

    private static final double GRN_EPS = 1e-6;

    private Reference() {}

    /** Returns fp32 values as doubles, exactly. */
    static double[] exactly(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** {@code src · weightsᵀ + bias} with {@code src [rows, in]} and {@code weights [out, in]}. */
    static double[] linear(double[] src, double[] weights, double[] bias) {
        int out = bias.length;
        int in = weights.length / out;
        int rows = src.length / in;
        double[] dst = new double[rows * out];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < out; column++) {
                double sum = bias[column];
                for (int k = 0; k < in; k++) {
                    sum += src[row * in + k] * weights[column * in + k];
                }
                dst[row * out + column] = sum;
            }
        }
        return dst;
    }

    /** {@code x · Φ(x)}. */
    static double[] gelu(double[] src) {
        double[] dst = new double[src.length];
        for (int i = 0; i < src.length; i++) {
            dst[i] = src[i] * NormalDistribution.cumulative(src[i]);
        }
        return dst;
    }

    /** {@code a + b}. */
    static double[] add(double[] a, double[] b) {
        double[] dst = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            dst[i] = a[i] + b[i];
        }
        return dst;
    }

    /** {@code x · scale + shift}, with a scale and a shift for each channel. */
    static double[] affine(double[] src, double[] scale, double[] shift) {
        double[] dst = new double[src.length];
        for (int i = 0; i < src.length; i++) {
            int channel = i % scale.length;
            dst[i] = src[i] * scale[channel] + shift[channel];
        }
        return dst;
    }

    /** {@code (x - mean) / sqrt(variance + eps)} over the channels of each row. */
    static double[] layerNorm(double[] src, int channels, double eps) {
        double[] dst = new double[src.length];
        for (int row = 0; row < src.length; row += channels) {
            double mean = mean(src, row, channels);
            double deviation = deviation(src, row, channels, eps);
            for (int i = row; i < row + channels; i++) {
                dst[i] = (src[i] - mean) / deviation;
            }
        }
        return dst;
    }

    /** {@code sqrt(variance + eps)} of {@code count} values, with the biased variance. */
    static double deviation(double[] src, int from, int count, double eps) {
        double mean = mean(src, from, count);
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (src[i] - mean) * (src[i] - mean);
        }
        return Math.sqrt(squares / count + eps);
    }

    private static double mean(double[] src, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += src[i];
        }
        return sum / count;
    }

    /** {@code x / sqrt(mean(x²) + eps)} over the channels of each row. */
    static double[] rmsNorm(double[] src, int channels, double eps) {
        double[] dst = new double[src.length];
        for (int row = 0; row < src.length; row += channels) {
            double squares = 0;
            for (int i = row; i < row + channels; i++) {
                squares += src[i] * src[i];
            }
            for (int i = row; i < row + channels; i++) {
                dst[i] = src[i] / Math.sqrt(squares / channels + eps);
            }
        }
        return dst;
    }

    /** {@code x / sqrt(variance + eps)} over the channels of each row, with the unbiased variance. */
    static double[] simpleNorm(double[] src, int channels, double eps) {
        double[] dst = new double[src.length];
        for (int row = 0; row < src.length; row += channels) {
            double biased = Math.pow(deviation(src, row, channels, 0), 2);
            double variance = biased * channels / (channels - 1);
            for (int i = row; i < row + channels; i++) {
                dst[i] = src[i] / Math.sqrt(variance + eps);
            }
        }
        return dst;
    }

    /** {@code x / (1 + exp(-x))}. */
    static double[] silu(double[] src) {
        double[] dst = new double[src.length];
        for (int i = 0; i < src.length; i++) {
            dst[i] = src[i] / (1 + Math.exp(-src[i]));
        }
        return dst;
    }

    /** {@code x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))}. */
    static double[] tanhGelu(double[] src) {
        double[] dst = new double[src.length];
        for (int i = 0; i < src.length; i++) {
            double inner = Math.sqrt(2 / Math.PI) * (src[i] + 0.044715 * Math.pow(src[i], 3));
            dst[i] = src[i] / 2 * (1 + Math.tanh(inner));
        }
        return dst;
    }

    /** {@code 1 + gamma · Nx} for each image and channel, with {@code Nx = Gx / (mean(Gx) + 1e-6)}. */
    static double[] grnScales(double[] src, double[] gamma, int pixels) {
        int channels = gamma.length;
        int images = src.length / pixels / channels;
        double[] scales = new double[images * channels];
        for (int image = 0; image < images; image++) {
            for (int channel = 0; channel < channels; channel++) {
                double squares = 0;
                for (int pixel = 0; pixel < pixels; pixel++) {
                    double x = src[(image * pixels + pixel) * channels + channel];
                    squares += x * x;
                }
                scales[image * channels + channel] = Math.sqrt(squares);
            }
            double mean = mean(scales, image * channels, channels);
            for (int channel = 0; channel < channels; channel++) {
                int i = image * channels + channel;
                scales[i] = 1 + gamma[channel] * scales[i] / (mean + GRN_EPS);
            }
        }
        return scales;
    }

    /** Global response normalisation without its beta: {@code x · (1 + gamma · Nx)}. */
    static double[] grn(double[] src, double[] gamma, int pixels) {
        int channels = gamma.length;
        double[] scales = grnScales(src, gamma, pixels);
        double[] dst = new double[src.length];
        for (int i = 0; i < src.length; i++) {
            int image = i / channels / pixels;
            dst[i] = src[i] * scales[image * channels + i % channels];
        }
        return dst;
    }

    /** The mean of each channel over the pixels of its image. */
    static double[] globalPool(double[] src, int channels, int pixels) {
        double[] dst = new double[src.length / pixels];
        for (int i = 0; i < src.length; i++) {
            int image = i / channels / pixels;
            dst[image * channels + i % channels] += src[i] / pixels;
        }
        return dst;
    }

    /** {@code exp(x) / Σ exp(x)} over each row. */
    static double[] softmax(double[] src, int classes) {
        double[] dst = new double[src.length];
        for (int row = 0; row < src.length; row += classes) {
            double max = Double.NEGATIVE_INFINITY;
            for (int i = row; i < row + classes; i++) {
                max = Math.max(max, src[i]);
            }
            double sum = 0;
            for (int i = row; i < row + classes; i++) {
                dst[i] = Math.exp(src[i] - max);
                sum += dst[i];
            }
            for (int i = row; i < row + classes; i++) {
                dst[i] /= sum;
            }
        }
        return dst;
    }
}
