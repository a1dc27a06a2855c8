package io.panext;

/** A map of features for each image. Immutable; holds no off-heap memory. */
public final class FeatureMap {

    private final int images;
    private final int height;
    private final int width;
    private final int channels;
    private final float[] values;

    FeatureMap(int images, int height, int width, int channels, float[] values) {
        this.images = images;
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.values = values;
    }

    /** Number of images. */
    public int images() {
        return images;
    }

    /** Rows of an image's map. */
    public int height() {
        return height;
    }

    /** Pixels of a row. */
    public int width() {
        return width;
    }

    /** Values of a pixel. */
    public int channels() {
        return channels;
    }

    /** Returns a copy of the values, row-major {@code [images, height, width, channels]}. */
    public float[] values() {
        return values.clone();
    }

    /** Returns the values in PyTorch's order, row-major {@code [images, channels, height, width]}. */
    public float[] planar() {
        int pixels = height * width;
        float[] planar = new float[values.length];
        for (int image = 0; image < images; image++) {
            int base = image * pixels * channels;
            for (int pixel = 0; pixel < pixels; pixel++) {
                for (int channel = 0; channel < channels; channel++) {
                    planar[base + channel * pixels + pixel] = values[base + pixel * channels + channel];
                }
            }
        }
        return planar;
    }
}
