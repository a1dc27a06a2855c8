package io.panext;

import java.util.Optional;

/** What a run on masked images gives. Immutable; holds no off-heap memory. */
public final class MaskedOutput {

    private final float[] features;
    private final float[] latent;
    private final Optional<float[]> prediction;

    MaskedOutput(float[] features, float[] latent, Optional<float[]> prediction) {
        this.features = features;
        this.latent = latent;
        this.prediction = prediction;
    }

    /**
     * Returns a copy of the features pooled over the visible pixels of each image, and normed if the model has a norm for
     * that: row-major {@code [images, channels]}.
     */
    public float[] features() {
        return features.clone();
    }

    /** Returns a copy of the last stage's map, zero where it is masked: {@code [images, gridHeight, gridWidth, channels]}. */
    public float[] latent() {
        return latent.clone();
    }

    /**
     * Returns a copy of the decoder's pixels of every patch, {@code [images, patches, 3 * patch²]}: row, column and then
     * colour of each.
     *
     * @throws IllegalStateException if the model has no decoder
     */
    public float[] prediction() {
        return prediction.orElseThrow(() -> new IllegalStateException("the model has no decoder")).clone();
    }
}
