package io.panext.graph;

import io.panext.kernels.Matrix;
import io.panext.kernels.Window;

/**
 * The shape of a map, NHWC.
 *
 * @param images   number of images
 * @param height   rows of an image
 * @param width    pixels of a row
 * @param channels values of a pixel
 */
public record Shape(int images, int height, int width, int channels) {

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

    /** Returns the shape with another number of channels. */
    public Shape withChannels(int newChannels) {
        return new Shape(images, height, width, newChannels);
    }

    /** Returns the shape after a convolution of such windows. */
    public Shape seenThrough(Window window, int newChannels) {
        return new Shape(images, window.over(height), window.over(width), newChannels);
    }

    @Override
    public String toString() {
        return images + "x" + height + "x" + width + "x" + channels;
    }
}
