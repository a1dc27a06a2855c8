package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * Layer normalisation of each pixel over its channels: {@code (x - mean) / sqrt(var + eps) · weight + bias}, with the
 * biased variance. The variance is taken around the mean, in a second pass.
 */
public final class LayerNorm extends RowNorm {

    /**
     * @param channels number of channels
     * @param eps      what is added to the variance
     * @param affine   weight and bias, unless they have been folded into what follows
     */
    public LayerNorm(int channels, float eps, Optional<Affine> affine) {
        super(channels, eps, affine);
    }

    @Override
    void normalise(MemorySegment src, long from, MemorySegment dst, long to) {
        FloatVector mean = sum(src, from).div(channels);
        float variance = squares(src, from, mean).lane(0) / channels;
        FloatVector scale = Lanes.broadcast((float) (1 / Math.sqrt(variance + eps)));
        int vectors = Lanes.vectors(channels);
        for (int v = 0; v < vectors; v++) {
            long at = (long) v * Lanes.BYTES;
            Lanes.store(Lanes.load(src, from + at).sub(mean).mul(scale), dst, to + at);
        }
    }
}
