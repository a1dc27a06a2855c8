package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Workers that do their shares of an op one after the other, the last one first: no share may depend on another.
 *
 * @param count number of workers
 */
record Workers(int count) {

    private static final int[] MANY = {2, 3, 5};

    /** Does every share. */
    void each(Consumer<Share> op) {
        for (int worker = count - 1; worker >= 0; worker--) {
            op.accept(new Share(worker, count));
        }
    }

    /** Returns the result of one worker, once two, three and five have been found to give the same bits. */
    static float[] agree(Function<Workers, float[]> op) {
        float[] alone = op.apply(new Workers(1));
        for (int count : MANY) {
            assertArrayEquals(bits(alone), bits(op.apply(new Workers(count))),
                    "bits of the result of " + count + " workers");
        }
        return alone;
    }

    /** Returns the bits of each value: unlike floats, NaN and zeros of both signs are told apart. */
    static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
