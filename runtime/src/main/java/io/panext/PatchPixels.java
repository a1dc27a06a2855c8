package io.panext;

import io.panext.zoo.ConvNeXtSpec;

/**
 * The pixels of planar images {@code [N, 3, H, W]} patch by patch: row, column, and then colour of each, as a decoder
 * predicts them.
 *
 * @param gridHeight rows of patches of an image
 * @param gridWidth  patches of a row
 * @param patch      edge of a patch
 */
record PatchPixels(int gridHeight, int gridWidth, int patch) {

    private static final int COLOURS = ConvNeXtSpec.IMAGE_CHANNELS;

    /** Values of a patch. */
    int values() {
        return COLOURS * patch * patch;
    }

    /** Patches of an image. */
    int cells() {
        return gridHeight * gridWidth;
    }

    /**
     * Returns where a value of a patch is among the values of the images.
     *
     * @param index the patch: image, row and column as one index
     * @param value row, column and colour as one index
     */
    int position(int index, int value) {
        int height = gridHeight * patch;
        int width = gridWidth * patch;
        int image = index / cells();
        int colour = value % COLOURS;
        int x = index % gridWidth * patch + value / COLOURS % patch;
        int y = index % cells() / gridWidth * patch + value / COLOURS / patch;
        return ((image * COLOURS + colour) * height + y) * width + x;
    }
}
