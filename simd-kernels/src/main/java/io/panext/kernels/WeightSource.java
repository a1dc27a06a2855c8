package io.panext.kernels;

/** Where packing finds weights, a few columns of the product at a time: they never need to be in memory as a whole. */
public interface WeightSource {

    /** Number of columns: output channels. */
    int columns();

    /** Weights of a column: input values of a row. */
    int depth();

    /**
     * Reads the weights of some columns.
     *
     * @param from  the first column
     * @param count how many
     * @param dst   gets {@code [count, depth]}, row-major
     */
    void weights(int from, int count, float[] dst);

    /** Reads the bias of some columns into the start of {@code dst}. */
    void bias(int from, int count, float[] dst);

    /**
     * Returns a source of weights that are in memory.
     *
     * @param weights row-major {@code [columns, depth]}
     * @param bias    {@code [columns]}
     * @throws IllegalArgumentException if {@code weights} is not a multiple of {@code bias}
     */
    static WeightSource of(float[] weights, float[] bias) {
        if (bias.length == 0 || weights.length == 0 || weights.length % bias.length != 0) {
            throw new IllegalArgumentException(weights.length + " weights for " + bias.length + " columns");
        }
        int depth = weights.length / bias.length;
        return new WeightSource() {

            @Override
            public int columns() {
                return bias.length;
            }

            @Override
            public int depth() {
                return depth;
            }

            @Override
            public void weights(int from, int count, float[] dst) {
                System.arraycopy(weights, from * depth, dst, 0, count * depth);
            }

            @Override
            public void bias(int from, int count, float[] dst) {
                System.arraycopy(bias, from, dst, 0, count);
            }
        };
    }
}
