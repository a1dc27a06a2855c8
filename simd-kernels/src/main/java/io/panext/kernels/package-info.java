/**
 * How one op runs in Java: Vector API loops over off-heap memory, one class an op.
 *
 * <p>Every map is NHWC seen as a {@link io.panext.kernels.Matrix}: a row is a pixel, a column a channel, and rows start
 * at multiples of {@value io.panext.kernels.Matrix#ROW_ALIGNMENT} bytes. Kernels may therefore read and write whole
 * vectors beyond the last channel: what stands in that padding is unspecified and never reaches a channel.
 *
 * <p>{@link io.panext.kernels.Lanes} chooses the vector width, {@link io.panext.kernels.Share} the part of an op that
 * one worker does. Results do not depend on the number of workers.
 */
package io.panext.kernels;
