/**
 * How fast: JMH benchmarks of kernels and whole models, as a share of what the processor can do.
 *
 * <p>{@link io.panext.jmh.Report} runs them and relates them to {@link io.panext.jmh.FmaCeiling}, measured in the same
 * run.
 */
package io.panext.jmh;
