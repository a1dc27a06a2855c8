package io.panext.kernels;

import java.util.Arrays;

/**
 * Which rows of a map are which image's, and how a product over them is cut into chunks of up to {@link Linear#CHUNK}
 * rows, none of which crosses from one image to the next. Images may have different numbers of rows. Immutable.
 */
public final class ImageRows {

    private final int[] imageRows;
    private final int[] imageChunks;
    private final int[] chunkRows;

    private ImageRows(int[] pixels) {
        this.imageRows = new int[pixels.length + 1];
        this.imageChunks = new int[pixels.length + 1];
        for (int image = 0; image < pixels.length; image++) {
            if (pixels[image] < 1) {
                throw new IllegalArgumentException("an image of " + pixels[image] + " pixels");
            }
            imageRows[image + 1] = Math.addExact(imageRows[image], pixels[image]);
            imageChunks[image + 1] = imageChunks[image] + Math.ceilDiv(pixels[image], Linear.CHUNK);
        }
        this.chunkRows = new int[chunks() + 1];
        for (int image = 0; image < pixels.length; image++) {
            for (int chunk = imageChunks[image]; chunk < imageChunks[image + 1]; chunk++) {
                chunkRows[chunk] = imageRows[image] + (chunk - imageChunks[image]) * Linear.CHUNK;
            }
        }
        chunkRows[chunks()] = rows();
    }

    /** Returns the rows of images of one size. */
    public static ImageRows equal(int images, int pixels) {
        int[] all = new int[images];
        Arrays.fill(all, pixels);
        return new ImageRows(all);
    }

    /** Returns the rows of images of any sizes, one after the other. */
    public static ImageRows of(int... pixels) {
        return new ImageRows(pixels);
    }

    /** Number of images. */
    public int images() {
        return imageRows.length - 1;
    }

    /** Rows of all images. */
    public int rows() {
        return imageRows[images()];
    }

    /** Chunks of all images. */
    public int chunks() {
        return imageChunks[images()];
    }

    /** First row of an image; of the image after the last, the number of all rows. */
    public int firstRow(int image) {
        return imageRows[image];
    }

    /** Rows of one image. */
    public int pixels(int image) {
        return imageRows[image + 1] - imageRows[image];
    }

    /** Chunks of one image. */
    public int chunks(int image) {
        return imageChunks[image + 1] - imageChunks[image];
    }

    /** First chunk of an image; of the image after the last, the number of all chunks. */
    public int firstChunk(int image) {
        return imageChunks[image];
    }

    /** First row of a chunk; of the chunk after the last, the number of all rows. */
    public int chunkRow(int chunk) {
        return chunkRows[chunk];
    }

    /** The image that a row belongs to. */
    public int imageOf(int row) {
        return at(imageRows, row);
    }

    /** The chunk that a row belongs to. */
    int chunkOf(int row) {
        return at(chunkRows, row);
    }

    private static int at(int[] starts, int row) {
        int found = Arrays.binarySearch(starts, row);
        return found >= 0 ? found : -found - 2;
    }

    void requireRows(Matrix map) {
        if (map.rows() != rows()) {
            throw new IllegalArgumentException(map.rows() + " rows instead of " + rows());
        }
    }
}
