package io.panext.graph;

import io.panext.kernels.ImageRows;
import java.util.List;
import java.util.Objects;

/**
 * How much of a batch of masked images is to be seen: how many patches of each. Which ones, a run says.
 *
 * @param gridHeight rows of patches of an image
 * @param gridWidth  patches of a row
 * @param patches    visible patches of each image
 * @param pooling    what global response normalisation takes for one image
 */
public record Visible(int gridHeight, int gridWidth, List<Integer> patches, Pooling pooling) {

    /** Over which pixels global response normalisation gathers its statistics. */
    public enum Pooling {
        /** The visible pixels of each image, as the published weights were trained. */
        IMAGE,
        /** The visible pixels of all images together, as the code for MinkowskiEngine does: results depend on the batch. */
        BATCH
    }

    /** @throws IllegalArgumentException if an image shows no patch, or more than it has */
    public Visible {
        patches = List.copyOf(patches);
        Objects.requireNonNull(pooling, "pooling");
        if (patches.isEmpty() || patches.stream().anyMatch(count -> count < 1 || count > gridHeight * gridWidth)) {
            throw new IllegalArgumentException(patches + " visible patches: each image must show 1 to "
                    + gridHeight * gridWidth);
        }
    }

    /** Patches of an image, visible and masked. */
    public int cells() {
        return gridHeight * gridWidth;
    }

    /** Visible patches of all images. */
    public int total() {
        return patches.stream().reduce(0, Math::addExact);
    }

    /** Returns which rows of a map with so many pixels a patch are which image's. */
    ImageRows rows(int pixels) {
        return ImageRows.of(patches.stream().mapToInt(count -> Math.multiplyExact(count, pixels)).toArray());
    }

    /** Returns which rows of such a map share their statistics. */
    ImageRows statistics(int pixels) {
        return switch (pooling) {
            case IMAGE -> rows(pixels);
            case BATCH -> ImageRows.of(Math.multiplyExact(total(), pixels));
        };
    }
}
