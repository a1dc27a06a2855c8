/**
 * From an image file to the input tensor: decode → resize → crop → normalise.
 *
 * <p>{@link io.panext.image.ImageDecoder} reads a file, {@link io.panext.image.Preprocessor} does the rest. Pixels
 * stay bytes until the last step, and they are Pillow's, which published accuracies were measured with.
 */
package io.panext.image;
