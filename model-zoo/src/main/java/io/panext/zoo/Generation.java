package io.panext.zoo;

/** The two published designs of ConvNeXt's block. */
public enum Generation {

    /** "A ConvNet for the 2020s" (Liu et al., 2022): the block's output is multiplied by a learned scale per channel. */
    V1,

    /** "ConvNeXt V2" (Woo et al., 2023): global response normalisation after the GELU takes the place of that scale. */
    V2
}
