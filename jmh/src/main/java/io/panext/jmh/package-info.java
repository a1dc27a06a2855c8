/**
 * How fast, against whom: JMH benchmarks of layers and whole models, as a share of what the processor can do, and beside
 * other runtimes.
 *
 * <p>{@link io.panext.jmh.Report} runs a {@link io.panext.jmh.Suite} of them, {@link io.panext.jmh.StepReport} looks into
 * one model, {@link io.panext.jmh.peer} does the work of others, {@link io.panext.jmh.report} writes what was found.
 */
package io.panext.jmh;
