package io.panext;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The encoder of masked images as the paper's JAX code computes it: whole maps, multiplied by the mask before and after
 * every depthwise convolution, with GRN's statistics over what is visible. Scalar loops in double: slow, and plain.
 */
final class MaskedOracle {

    private static final int KERNEL = ConvNeXtSpec.DEPTHWISE_KERNEL;

    private final ConvNeXtSpec spec;
    private final Function<String, Parameter> parameters;
    private final Mask mask;

    /** A map of one image, {@code [height * width, channels]}. */
    private static final class Map {

        private final int height;
        private final int width;
        private final double[][] pixels;

        Map(int height, int width, double[][] pixels) {
            this.height = height;
            this.width = width;
            this.pixels = pixels;
        }
    }

    MaskedOracle(ConvNeXtSpec spec, Function<String, Parameter> parameters, Mask mask) {
        this.spec = spec;
        this.parameters = parameters;
        this.mask = mask;
    }

    /** Returns the last stage's map of one planar image, zero where it is masked. */
    double[][] latent(float[] image, int height, int width) {
        Map x = masked(norm("stem.1", stem(image, height, width)));
        for (int stage = 0; stage < spec.stages(); stage++) {
            if (stage > 0) {
                x = masked(downsample("stages." + stage + ".downsample.", x));
            }
            for (int block = 0; block < spec.depths().get(stage); block++) {
                x = block("stages." + stage + ".blocks." + block + ".", x);
            }
        }
        return masked(x).pixels;
    }

    private Map block(String name, Map input) {
        Map x = masked(depthwise(name + "conv_dw", masked(input)));
        x = linear(name + "mlp.fc1", norm(name + "norm", x));
        double[][] hidden = x.pixels;
        for (double[] pixel : hidden) {
            for (int c = 0; c < pixel.length; c++) {
                pixel[c] *= NormalDistribution.cumulative(pixel[c]);
            }
        }
        if (spec.generation() == Generation.V2) {
            responseNorm(name + "mlp.grn", x);
        }
        x = linear(name + "mlp.fc2", x);
        float[] gamma = spec.layerScale() ? values(name + "gamma") : new float[0];
        for (int i = 0; i < x.pixels.length; i++) {
            for (int c = 0; c < x.pixels[i].length; c++) {
                x.pixels[i][c] = x.pixels[i][c] * (gamma.length > 0 ? gamma[c] : 1) + input.pixels[i][c];
            }
        }
        return x;
    }

    private Map stem(float[] image, int height, int width) {
        float[][][] planes = new float[3][height][width];
        IntStream.range(0, image.length)
                .forEach(i -> planes[i / (height * width)][i / width % height][i % width] = image[i]);
        return convolve("stem.0", height / 4, width / 4, 4, 3, (c, y, x) -> planes[c][y][x]);
    }

    private Map downsample(String name, Map input) {
        Map normed = norm(name + 0, input);
        return convolve(name + 1, input.height / 2, input.width / 2, 2, input.pixels[0].length,
                (c, y, x) -> normed.pixels[y * input.width + x][c]);
    }

    private interface Samples {

        double at(int channel, int y, int x);
    }

    private Map convolve(String name, int height, int width, int kernel, int channels, Samples samples) {
        float[] weights = values(name + ".weight");
        float[] bias = values(name + ".bias");
        double[][] out = new double[height * width][bias.length];
        for (int i = 0; i < out.length; i++) {
            for (int o = 0; o < bias.length; o++) {
                double sum = bias[o];
                for (int tap = 0; tap < channels * kernel * kernel; tap++) {
                    int y = i / width * kernel + tap / kernel % kernel;
                    int x = i % width * kernel + tap % kernel;
                    sum += weights[o * channels * kernel * kernel + tap] * samples.at(tap / (kernel * kernel), y, x);
                }
                out[i][o] = sum;
            }
        }
        return new Map(height, width, out);
    }

    private Map depthwise(String name, Map input) {
        float[] weights = values(name + ".weight");
        float[] bias = values(name + ".bias");
        double[][] out = new double[input.pixels.length][bias.length];
        for (int i = 0; i < out.length; i++) {
            for (int c = 0; c < bias.length; c++) {
                double sum = bias[c];
                for (int tap = 0; tap < KERNEL * KERNEL; tap++) {
                    int y = i / input.width + tap / KERNEL - KERNEL / 2;
                    int x = i % input.width + tap % KERNEL - KERNEL / 2;
                    if (y >= 0 && y < input.height && x >= 0 && x < input.width) {
                        sum += weights[c * KERNEL * KERNEL + tap] * input.pixels[y * input.width + x][c];
                    }
                }
                out[i][c] = sum;
            }
        }
        return new Map(input.height, input.width, out);
    }

    private Map norm(String name, Map input) {
        float[] scale = values(name + ".weight");
        float[] shift = values(name + ".bias");
        double[][] out = new double[input.pixels.length][scale.length];
        for (int i = 0; i < out.length; i++) {
            double mean = 0;
            double variance = 0;
            for (double value : input.pixels[i]) {
                mean += value / scale.length;
            }
            for (double value : input.pixels[i]) {
                variance += (value - mean) * (value - mean) / scale.length;
            }
            for (int c = 0; c < scale.length; c++) {
                out[i][c] = (input.pixels[i][c] - mean) / Math.sqrt(variance + spec.norm().eps()) * scale[c] + shift[c];
            }
        }
        return new Map(input.height, input.width, out);
    }

    private Map linear(String name, Map input) {
        float[] weights = values(name + ".weight");
        float[] bias = values(name + ".bias");
        double[][] out = new double[input.pixels.length][bias.length];
        for (int i = 0; i < out.length; i++) {
            int in = input.pixels[i].length;
            for (int o = 0; o < bias.length; o++) {
                double sum = bias[o];
                for (int c = 0; c < in; c++) {
                    sum += weights[o * in + c] * input.pixels[i][c];
                }
                out[i][o] = sum;
            }
        }
        return new Map(input.height, input.width, out);
    }

    private void responseNorm(String name, Map map) {
        float[] gamma = values(name + ".weight");
        float[] beta = values(name + ".bias");
        double[] norms = new double[gamma.length];
        for (double[] pixel : masked(map).pixels) {
            for (int c = 0; c < norms.length; c++) {
                norms[c] += pixel[c] * pixel[c];
            }
        }
        double mean = 0;
        for (int c = 0; c < norms.length; c++) {
            norms[c] = Math.sqrt(norms[c]);
            mean += norms[c] / norms.length;
        }
        for (double[] pixel : map.pixels) {
            for (int c = 0; c < norms.length; c++) {
                pixel[c] += gamma[c] * pixel[c] * norms[c] / (mean + 1e-6) + beta[c];
            }
        }
    }

    private Map masked(Map map) {
        int edge = map.height / mask.gridHeight();
        double[][] out = new double[map.pixels.length][];
        for (int i = 0; i < out.length; i++) {
            int patch = i / map.width / edge * mask.gridWidth() + i % map.width / edge;
            out[i] = mask.masked().get(patch) ? new double[map.pixels[i].length] : map.pixels[i].clone();
        }
        return new Map(map.height, map.width, out);
    }

    private float[] values(String name) {
        return parameters.apply(name).values();
    }

    /** Returns the latent maps of a batch as a session gives them. */
    static double[] latents(ConvNeXtSpec spec, Function<String, Parameter> parameters, List<Mask> masks, float[] images,
            int height, int width) {
        int size = images.length / masks.size();
        return IntStream.range(0, masks.size()).boxed().flatMapToDouble(image -> {
            float[] one = Arrays.copyOfRange(images, image * size, (image + 1) * size);
            return Arrays.stream(new MaskedOracle(spec, parameters, masks.get(image)).latent(one, height,
                    width)).flatMapToDouble(Arrays::stream);
        }).toArray();
    }
}
