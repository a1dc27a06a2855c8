package io.panext.kernels;

import java.util.Optional;

/** Root mean square normalisation (Zhang and Sennrich, 2019): {@code x / sqrt(mean(x²) + eps) · weight}. */
public final class RmsNorm extends RowNorm {

    /**
     * @param channels number of channels
     * @param eps      what is added to the mean square
     * @param affine   weight, and a shift of zeros, unless they have been folded into what follows
     */
    public RmsNorm(int channels, float eps, Optional<Affine> affine) {
        super(channels, eps, affine);
    }

    @Override
    void normalise(Matrix src, Matrix dst, int from, int to) {
        for (int row = from; row < to; row++) {
            long at = src.rowOffset(row);
            divide(src.memory(), at, squares(src.memory(), at, Lanes.zero()).lane(0) / channels, dst.memory(),
                    dst.rowOffset(row));
        }
        finish(dst, from, to);
    }
}
