package io.panext.kernels;

import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * timm's {@code SimpleNorm}: {@code x / sqrt(var + eps) · weight}, with the unbiased variance, though the mean itself
 * stays. A single channel has no variance, and gives NaN.
 */
public final class SimpleNorm extends RowNorm {

    /**
     * @param channels number of channels
     * @param eps      what is added to the variance
     * @param affine   weight, and a shift of zeros, unless they have been folded into what follows
     */
    public SimpleNorm(int channels, float eps, Optional<Affine> affine) {
        super(channels, eps, affine);
    }

    @Override
    void normalise(Matrix src, Matrix dst, int from, int to) {
        for (int row = from; row < to; row++) {
            long at = src.rowOffset(row);
            FloatVector mean = sum(src.memory(), at).div(channels);
            divide(src.memory(), at, squares(src.memory(), at, mean).lane(0) / (channels - 1), dst.memory(),
                    dst.rowOffset(row));
        }
        finish(dst, from, to);
    }
}
