package io.panext;

import io.panext.graph.Visible;
import io.panext.graph.Visible.Pooling;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which patches of an image are masked. The grid of an image has a patch for every pixel of the model's last stage: 7×7
 * patches of 32×32 pixels at 224 px.
 *
 * @param gridHeight rows of patches
 * @param gridWidth  patches of a row
 * @param masked     whether a patch is masked, row by row
 */
public record Mask(int gridHeight, int gridWidth, List<Boolean> masked) {

    /** The share of patches that FCMAE masks. */
    public static final double DEFAULT_RATIO = 0.6;

    /** @throws IllegalArgumentException if the list is not as long as the grid is large, or all patches are masked */
    public Mask {
        masked = List.copyOf(masked);
        if (gridHeight < 1 || gridWidth < 1 || masked.size() != (long) gridHeight * gridWidth) {
            throw new IllegalArgumentException("a mask of " + masked.size() + " patches for a grid of " + gridHeight
                    + "x" + gridWidth);
        }
        if (!masked.contains(false)) {
            throw new IllegalArgumentException("the mask hides all " + masked.size() + " patches: one must be visible");
        }
    }

    /** Returns a mask that masks nothing. */
    public static Mask none(int gridHeight, int gridWidth) {
        return new Mask(gridHeight, gridWidth, Collections.nCopies(Math.multiplyExact(gridHeight, gridWidth), false));
    }

    /** Returns the first of {@link #random(int, int, int, double, long)}. */
    public static Mask random(int gridHeight, int gridWidth, double ratio, long seed) {
        return random(1, gridHeight, gridWidth, ratio, seed).getFirst();
    }

    /**
     * Returns random masks, one for each image, the same for the same seed everywhere and for ever.
     *
     * <p>Each patch is given a number, {@link SyntheticCheckpoint#uniform} of {@code "mask"} and the seed; of each image
     * the {@code (int) (patches * (1 - ratio))} patches of the lowest numbers are visible, and at least one is.
     *
     * @param ratio share of the patches to mask, in [0, 1)
     * @throws IllegalArgumentException if the ratio is outside [0, 1)
     */
    public static List<Mask> random(int images, int gridHeight, int gridWidth, double ratio, long seed) {
        int patches = Math.multiplyExact(gridHeight, gridWidth);
        int visible = visible(patches, ratio);
        float[] numbers = SyntheticCheckpoint.uniform("mask" + seed, Math.multiplyExact(images, patches));
        var masks = new ArrayList<Mask>();
        for (int image = 0; image < images; image++) {
            int first = image * patches;
            var masked = new ArrayList<>(Collections.nCopies(patches, true));
            IntStream.range(0, patches).boxed().sorted(Comparator.comparingDouble(patch -> numbers[first + patch]))
                    .limit(visible).forEach(patch -> masked.set(patch, false));
            masks.add(new Mask(gridHeight, gridWidth, masked));
        }
        return List.copyOf(masks);
    }

    /**
     * Returns how many patches stay visible.
     *
     * @throws IllegalArgumentException if the ratio is outside [0, 1)
     */
    public static int visible(int patches, double ratio) {
        if (!(ratio >= 0 && ratio < 1)) {
            throw new IllegalArgumentException("mask ratio " + ratio + " is outside [0, 1)");
        }
        return Math.max(1, (int) (patches * (1 - ratio)));
    }

    /** Number of visible patches. */
    public int visible() {
        return Collections.frequency(masked, false);
    }

    /**
     * Returns how much is visible of a batch: what a session needs to know beforehand.
     *
     * @throws IllegalArgumentException if there are no masks, or their grids differ
     */
    public static Visible visible(List<Mask> masks) {
        if (masks.isEmpty()) {
            throw new IllegalArgumentException("no masks");
        }
        Mask first = masks.getFirst();
        masks.forEach(mask -> mask.requireGrid(first.gridHeight, first.gridWidth));
        return new Visible(first.gridHeight, first.gridWidth, masks.stream().map(Mask::visible).toList(),
                Pooling.IMAGE);
    }

    void requireGrid(int height, int width) {
        if (gridHeight != height || gridWidth != width) {
            throw new IllegalArgumentException(
                    "a mask of " + gridHeight + "x" + gridWidth + " patches; the images have "
                            + height + "x" + width);
        }
    }
}
