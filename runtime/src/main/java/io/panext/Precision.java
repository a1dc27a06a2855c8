package io.panext;

import java.util.Locale;

/** Type of the numbers that are multiplied. Sums, norms, statistics and the residual stream are fp32 always. */
public enum Precision {

    /** Single precision. */
    FP32,

    /** Weights and inputs of linears and downsampling rounded to bf16. It needs oneDNN and instructions for bf16. */
    BF16;

    /** Returns the name as users write it: in lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
