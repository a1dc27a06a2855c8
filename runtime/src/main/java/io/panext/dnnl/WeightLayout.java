package io.panext.dnnl;

/** Where the weights of products lie in memory. */
public enum WeightLayout {
    /** As oneDNN's matmul asks for: the fastest to multiply with. */
    PACKED,
    /**
     * Transposed, {@code [out, in]}, the order of checkpoints: loading a linear is a copy if nothing is folded into it,
     * and matmul packs what it reads, for a tenth of its own time in each run.
     */
    TRANSPOSED
}
