package io.panext.dnnl;

import io.panext.kernels.Share;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive rows of one image: what a convolution is done on at a time.
 *
 * @param image which image
 * @param from  the first row
 * @param to    the end, excluded
 */
record ImagePart(int image, int from, int to) {

    /** Returns one worker's part of {@code images} images of {@code height} rows. */
    static List<ImagePart> of(int images, int height, Share share) {
        return of(images, height, height, share);
    }

    /** Returns one worker's part of {@code images} images of {@code height} rows, {@code most} rows at a time. */
    static List<ImagePart> of(int images, int height, int most, Share share) {
        int end = share.to(images * height);
        var parts = new ArrayList<ImagePart>();
        for (int row = share.from(images * height); row < end;) {
            int image = row / height;
            int last = Math.min(Math.min(end, (image + 1) * height), row + most);
            parts.add(new ImagePart(image, row - image * height, last - image * height));
            row = last;
        }
        return parts;
    }

    int rows() {
        return to - from;
    }
}
