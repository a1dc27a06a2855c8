package io.panext;

import java.util.Arrays;
import java.util.Objects;

/** What a run of a model gives, before anything is made of it. Immutable; holds no off-heap memory. */
public final class Output {

    private final int images;
    private final int channels;
    private final int classes;
    private final float[] features;
    private final float[] logits;

    Output(int images, int channels, int classes, float[] features, float[] logits) {
        this.images = images;
        this.channels = channels;
        this.classes = classes;
        this.features = features;
        this.logits = logits;
    }

    /** Number of images. */
    public int images() {
        return images;
    }

    /** Values of an image's features. */
    public int channels() {
        return channels;
    }

    /** Logits of an image; 0 if the model has no classifier. */
    public int classes() {
        return classes;
    }

    /** Returns a copy of the pooled and normed features of all images, row-major {@code [images, channels]}. */
    public float[] features() {
        return features.clone();
    }

    /** Returns a copy of the logits of all images, row-major {@code [images, classes]}. */
    public float[] logits() {
        return logits.clone();
    }

    /** Returns a copy of the logits of one image. */
    public float[] logits(int image) {
        Objects.checkIndex(image, images);
        return Arrays.copyOfRange(logits, image * classes, (image + 1) * classes);
    }
}
