/**
 * panext: the fastest way to run ConvNeXt on a CPU.
 *
 * <p>{@link io.panext.ConvNeXt} is a model, {@link io.panext.Session} what one thread runs it with,
 * {@link io.panext.Classification} what comes out. Other packages are how it is done.
 */
package io.panext;
