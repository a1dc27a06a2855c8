package io.panext.kernels;

/**
 * The square of pixels that a convolution sees of its input. Outside the input are zeros.
 *
 * @param kernel   pixels along its edge
 * @param stride   from one window to the next
 * @param dilation from one pixel of a window to the next
 * @param before   zeros above the first row and left of the first column
 * @param after    zeros below the last row and right of the last column
 */
public record Window(int kernel, int stride, int dilation, int before, int after) {

    /** @throws IllegalArgumentException if a size is not positive, or a padding is negative or larger than a window */
    public Window {
        if (kernel < 1 || stride < 1 || dilation < 1 || before < 0 || after < 0 || before >= span(kernel, dilation)
                || after >= span(kernel, dilation)) {
            throw new IllegalArgumentException("a window of " + kernel + " pixels, stride " + stride + ", dilation "
                    + dilation + ", padding " + before + " and " + after);
        }
    }

    /** Returns windows side by side: what does not fill the last is dropped. */
    public static Window tiles(int kernel) {
        return new Window(kernel, kernel, 1, 0, 0);
    }

    /** Returns the number of windows along an edge of so many pixels. */
    public int over(int edge) {
        return Math.floorDiv(edge + before + after - span(kernel, dilation), stride) + 1;
    }

    /** Pixels of a window. */
    public int taps() {
        return kernel * kernel;
    }

    private static int span(int kernel, int dilation) {
        return dilation * (kernel - 1) + 1;
    }
}
