package io.panext.graph;

import io.panext.kernels.ImageRows;
import io.panext.kernels.Matrix;
import io.panext.kernels.Window;
import java.util.Optional;

/**
 * The shape of a map, NHWC.
 *
 * <p>A masked map holds the visible patches of its images, each as if it were an image.
 *
 * @param images   number of images, or of patches
 * @param height   rows of an image, or of a patch
 * @param width    pixels of a row
 * @param channels values of a pixel
 * @param visible  whose patches a masked map holds; of the input, which patches are going to be visible
 */
public record Shape(int images, int height, int width, int channels, Optional<Visible> visible) {

    /** Describes whole images. */
    public Shape(int images, int height, int width, int channels) {
        this(images, height, width, channels, Optional.empty());
    }

    /** @throws IllegalArgumentException if a dimension is not positive, or the map has 2³¹ pixels or more */
    public Shape {
        if (images < 1 || height < 1 || width < 1 || channels < 1) {
            throw new IllegalArgumentException("shape [" + images + ", " + height + ", " + width + ", " + channels
                    + "] has no values");
        }
        if ((double) images * height * width > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a map of " + images + "x" + height + "x" + width
                    + " pixels is too large: the limit is 2^31 - 1");
        }
    }

    /** Returns the shape of one vector for each image. */
    public static Shape vectors(int images, int channels) {
        return new Shape(images, 1, 1, channels);
    }

    /** Pixels of one image. */
    public int pixels() {
        return height * width;
    }

    /** Pixels of all images. */
    public int rows() {
        return images * pixels();
    }

    /** Bytes that the map takes with aligned rows. */
    public long bytes() {
        return Matrix.alignedBytes(rows(), channels);
    }

    /** Returns the shape of another number of such images. */
    public Shape withImages(int newImages) {
        return new Shape(newImages, height, width, channels, visible);
    }

    /** Returns the shape with another number of channels. */
    public Shape withChannels(int newChannels) {
        return new Shape(images, height, width, newChannels, visible);
    }

    /** Returns the input with only a part of its images to be seen. */
    public Shape withVisible(Visible patches) {
        return new Shape(images, height, width, channels, Optional.of(patches));
    }

    /** Returns which rows are which image's. */
    public ImageRows imageRows() {
        return visible.map(patches -> patches.rows(pixels())).orElseGet(() -> ImageRows.equal(images, pixels()));
    }

    /** Returns which rows share the statistics of global response normalisation: those of an image, as a rule. */
    public ImageRows statistics() {
        return visible.map(patches -> patches.statistics(pixels())).orElseGet(this::imageRows);
    }

    /** Returns the shape after a convolution of such windows. */
    public Shape seenThrough(Window window, int newChannels) {
        return new Shape(images, window.over(height), window.over(width), newChannels, visible);
    }

    @Override
    public String toString() {
        return images + "x" + height + "x" + width + "x" + channels;
    }
}
