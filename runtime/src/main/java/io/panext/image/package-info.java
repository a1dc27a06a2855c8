/**
 * From an image file to the input tensor: decode → resize → crop → normalise.
 *
 * <p>{@link io.panext.image.ImageDecoder} reads a file, {@link io.panext.image.Preprocessor} does the rest. Pixels are
 * bytes until the last step, and every byte is the one that Pillow would give.
 */
package io.panext.image;
