package io.panext;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What a run of a model gives, before anything is made of it. Immutable; holds no off-heap memory. */
public final class Output {

    private final int images;
    private final int channels;
    private final int classes;
    private final float[] features;
    private final float[] logits;
    private final List<FeatureMap> maps;

    Output(int images, int channels, int classes, float[] features, float[] logits, List<FeatureMap> maps) {
        this.images = images;
        this.channels = channels;
        this.classes = classes;
        this.features = features;
        this.logits = logits;
        this.maps = List.copyOf(maps);
    }

    /** Number of images. */
    public int images() {
        return images;
    }

    /** Values of an image's features; 0 if they were not asked for. */
    public int channels() {
        return channels;
    }

    /** Logits of an image; 0 if the model has no classifier or they were not asked for. */
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

    /** Returns the maps of the stages that were {@linkplain io.panext.graph.Outputs asked for}. */
    public List<FeatureMap> maps() {
        return maps;
    }
}
