package io.panext.jmh.report;

/**
 * What one core can do at most.
 *
 * @param fma      fp32 operations: see {@link io.panext.jmh.FmaCeiling}
 * @param products operations of linears and of downsampling, in the precision of the run: {@code fma} in fp32, otherwise see
 *                 {@link io.panext.jmh.Bf16Ceiling}
 * @param cache    bytes read from the second level of cache
 * @param weights  bytes read, over and over, from a block as large as the weights of the model: from memory, or from the
 *                 last level of cache as far as that holds it
 * @param memory   bytes read from memory, out of a block that no cache holds
 */
public record Ceilings(Ceiling fma, Ceiling products, Ceiling cache, Ceiling weights, Ceiling memory) {}
