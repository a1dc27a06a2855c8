package io.panext.kernels;

import java.util.SplittableRandom;

/** Values that are the same on every run. */
final class Sample {

    private Sample() {}

    /** Returns values spread evenly over -1 to 1. */
    static float[] values(int seed, int count) {
        return values(seed, count, -1, 1);
    }

    /** Returns values spread evenly over {@code low} to {@code high}. */
    static float[] values(int seed, int count, float low, float high) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = low + (high - low) * (float) random.nextDouble();
        }
        return values;
    }
}
