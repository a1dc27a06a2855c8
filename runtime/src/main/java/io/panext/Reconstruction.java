package io.panext;

import java.util.ArrayList;
import java.util.List;

/**
 * What a masked autoencoder makes of the patches that it has not seen, and how far off it is.
 *
 * <p>The loss is FCMAE's: the squared error of each masked patch, averaged over its values, averaged over the masked
 * patches of all images. With normalised pixels, a patch's own mean is taken off the original and its own standard
 * deviation divided out, {@code (x - mean) / sqrt(var + 1e-6)} with the unbiased variance, before they are compared.
 */
public final class Reconstruction {

    private static final double EPS = 1e-6;

    private final float[] images;
    private final double loss;

    private Reconstruction(float[] images, double loss) {
        this.images = images;
        this.loss = loss;
    }

    /**
     * Puts a prediction into the place of what was masked.
     *
     * @param originals        planar fp32 {@code [N, 3, H, W]}, normalised as the model was given them
     * @param masks            one for each image
     * @param prediction       {@link MaskedOutput#prediction()}
     * @param normalisedPixels whether the model was trained to predict normalised pixels
     * @throws IllegalArgumentException if the sizes do not fit each other
     */
    public static Reconstruction of(float[] originals, List<Mask> masks, float[] prediction,
            boolean normalisedPixels) {
        if (masks.isEmpty()) {
            throw new IllegalArgumentException("no masks");
        }
        Mask first = masks.getFirst();
        masks.forEach(mask -> mask.requireGrid(first.gridHeight(), first.gridWidth()));
        int patches = masks.size() * first.masked().size();
        int values = prediction.length / patches;
        var pixels = new PatchPixels(first.gridHeight(), first.gridWidth(), (int) Math.sqrt(values / 3.0));
        if (originals.length != prediction.length || pixels.values() * patches != prediction.length) {
            throw new IllegalArgumentException(originals.length + " pixels and " + prediction.length
                    + " predicted values for " + patches + " patches");
        }
        float[] images = originals.clone();
        var losses = new ArrayList<Double>();
        for (int patch = 0; patch < patches; patch++) {
            if (masks.get(patch / pixels.cells()).masked().get(patch % pixels.cells())) {
                losses.add(reconstruct(patch, pixels, originals, prediction, normalisedPixels, images));
            }
        }
        return new Reconstruction(images, losses.stream().mapToDouble(loss -> loss).average().orElse(0));
    }

    /** Writes one patch and returns its loss. */
    private static double reconstruct(int patch, PatchPixels pixels, float[] originals, float[] prediction,
            boolean normalised, float[] images) {
        int values = pixels.values();
        double mean = 0;
        double deviation = 1;
        if (normalised) {
            for (int i = 0; i < values; i++) {
                mean += originals[pixels.position(patch, i)] / (double) values;
            }
            double squares = 0;
            for (int i = 0; i < values; i++) {
                double d = originals[pixels.position(patch, i)] - mean;
                squares += d * d;
            }
            deviation = Math.sqrt(squares / (values - 1) + EPS);
        }
        double loss = 0;
        for (int i = 0; i < values; i++) {
            int position = pixels.position(patch, i);
            float predicted = prediction[patch * values + i];
            double error = predicted - (originals[position] - mean) / deviation;
            loss += error * error;
            images[position] = (float) (predicted * deviation + mean);
        }
        return loss / values;
    }

    /**
     * Returns a copy of the images with the predicted patches in place of the masked ones, normalised as the originals
     * are: planar {@code [N, 3, H, W]}.
     */
    public float[] images() {
        return images.clone();
    }

    /** The loss over the masked patches; 0 if there are none. */
    public double loss() {
        return loss;
    }
}
