package io.panext.dnnl;

import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.zoo.Parameter;
import java.util.List;

/** How the weights of a product, {@code [depth, columns]}, are laid out, and how workers share them by columns. */
sealed interface MatmulWeights permits PackedWeights, TransposedWeights {

    /** Columns that a worker takes are a multiple of this, unless they are the last: what matmul works on at a time. */
    int COLUMNS_AT_ONCE = 64;

    /**
     * Some columns.
     *
     * @param from   the first column
     * @param count  how many
     * @param offset where they start in the constant, in bytes
     */
    record Group(int from, int count, long offset) {}

    /**
     * The layout for the weights of a linear, or of a convolution whose kernel is its stride.
     *
     * @param weights {@code [out, in, ...]}
     * @param type    what they are rounded to
     * @param layout  of fp32; bf16, which has to be rounded anyway, is always packed
     */
    static MatmulWeights of(Parameter weights, DataType type, WeightLayout layout) {
        int columns = weights.shape().getFirst();
        int depth = weights.size() / columns;
        return layout == WeightLayout.TRANSPOSED && type == DataType.F32
                ? new TransposedWeights(depth, columns)
                : new PackedWeights(depth, columns, type);
    }

    /** Values of a row that is multiplied. */
    int depth();

    /** Values of a row of the product. */
    int columns();

    /** Type of the weights. */
    DataType type();

    /**
     * Returns the columns of one worker, in groups of which each is multiplied with in one go. They are none if there are
     * too few for all workers, or if they cannot be shared and are another's.
     */
    List<Group> groups(Share share);

    /** Describes a group as it is kept; the caller closes the descriptor. */
    MemoryDescriptor descriptor(Group group);

    /** Returns weights in this layout, all columns of them. */
    Constant constant(Parameter weights);
}
