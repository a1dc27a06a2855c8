package io.panext.dnnl;

/** Where the weights of products lie in memory. */
public enum WeightLayout {
    /** As oneDNN's matmul asks for: the fastest to multiply with. */
    PACKED,
    /**
     * Transposed, {@code [out, in]}, as checkpoints have them: loading is a copy, and matmul packs what it reads, for a
     * tenth of its own time in each run.
     */
    TRANSPOSED
}
