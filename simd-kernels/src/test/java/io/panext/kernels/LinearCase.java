package io.panext.kernels;

import java.lang.foreign.Arena;

/** A matrix product with its operands and its expected result. */
final class LinearCase {

    final float[] values;
    final ImageRows images;
    final Linear linear;

    private final int rows;
    private final int depth;
    private final float[] weights;
    private final float[] bias;

    LinearCase(int images, int pixels, int depth, int columns) {
        this.images = ImageRows.equal(images, pixels);
        this.rows = images * pixels;
        this.depth = depth;
        this.values = Sample.values(1, rows * depth);
        this.weights = Sample.values(2, columns * depth);
        this.bias = Sample.values(3, columns);
        this.linear = new Linear(PackedWeights.pack(weights, bias, Arena.ofAuto()));
    }

    /** Returns a map of the input. */
    GuardedMap src() {
        return GuardedMap.of(values, depth);
    }

    /** Returns a map for the output. */
    GuardedMap dst() {
        return GuardedMap.empty(rows, bias.length);
    }

    /** Returns the product. */
    double[] expected() {
        return Reference.linear(Reference.exactly(values), Reference.exactly(weights), Reference.exactly(bias));
    }

    /** Returns the error allowed in each value of the product. */
    double[] allowed() {
        double[] allowed = Reference.linear(Rounding.magnitudes(values), Rounding.magnitudes(weights),
                Rounding.magnitudes(bias));
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] = Rounding.ofSum(depth, allowed[i]);
        }
        return allowed;
    }
}
