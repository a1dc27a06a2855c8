package io.panext.image;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.panext.image.Resampler.Span;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import java.lang.foreign.MemorySegment;

/**
 * Turns a photograph into a model's input as timm's {@code create_transform} for evaluation does: byte for byte up to
 * the crop, bit for bit after it.
 *
 * <p>torchvision's pipeline is the same with {@code cropPct = 224.0 / 236} (or 230, 232) and bilinear interpolation.
 * Immutable, and shared freely by threads.
 */
public final class Preprocessor {
    private static final int LEVELS = 256;

    private final Preprocessing settings;
    private final float[][] normalised = new float[RgbImage.CHANNELS][LEVELS];

    /** Prepares for a model's settings. */
    public Preprocessor(Preprocessing settings) {
        this.settings = settings;
        for (int c = 0; c < RgbImage.CHANNELS; c++) {
            for (int v = 0; v < LEVELS; v++) {
                // ToTensor, then Normalize: three operations, each rounded to fp32
                normalised[c][v] = (v / 255f - settings.mean().get(c)) / settings.std().get(c);
            }
        }
    }

    /**
     * Resizes an image and crops its centre. The parts that the crop cuts off are never computed, so an image of any
     * aspect ratio takes little memory.
     *
     * @return a new image of {@code settings.height()} × {@code settings.width()}
     */
    public RgbImage apply(RgbImage image) {
        long height = (long) Math.floor(settings.height() / settings.cropPct());
        long width = (long) Math.floor(settings.width() / settings.cropPct());
        if (settings.cropMode() == CropMode.CENTER) {
            if (settings.height() == settings.width()) {
                // torchvision's Resize: the other edge is truncated
                long shortest = Math.min(image.height(), image.width());
                height = height * image.height() / shortest;
                width = width * image.width() / shortest;
            } else {
                // timm's ResizeKeepRatio: the other edge is rounded
                double ratio = Math.min((double) image.height() / height, (double) image.width() / width);
                height = (long) Math.rint(image.height() / ratio);
                width = (long) Math.rint(image.width() / ratio);
            }
        }
        return Resampler.resize(image, centre(width, settings.width()), centre(height, settings.height()),
                settings.interpolation());
    }

    /**
     * torchvision's CenterCrop, whose offset Python rounds half to even. Its padding of small images cannot occur:
     * {@code cropPct} is at most 1, so no edge is ever resized to less than the crop.
     */
    private static Span centre(long size, int crop) {
        return new Span(size, (long) Math.rint((size - crop) / 2.0), crop);
    }

    /**
     * Returns an image of normalised values: what {@link #normalise} did is undone, rounded and kept within 0 to 255.
     *
     * @param src    one plane a channel, fp32
     * @param offset where the image begins, in values
     */
    public RgbImage image(float[] src, int offset) {
        int plane = settings.height() * settings.width();
        byte[] pixels = new byte[RgbImage.CHANNELS * plane];
        for (int c = 0; c < RgbImage.CHANNELS; c++) {
            for (int i = 0; i < plane; i++) {
                float value = src[offset + c * plane + i] * settings.std().get(c) + settings.mean().get(c);
                pixels[RgbImage.CHANNELS * i + c] = (byte) Math.clamp(Math.round(value * 255f), 0, LEVELS - 1);
            }
        }
        return new RgbImage(settings.width(), settings.height(), pixels);
    }

    /** {@linkplain #apply Resizes and crops} an image and {@linkplain #normalise normalises} it into the input tensor. */
    public void write(RgbImage image, MemorySegment dst, long byteOffset) {
        normalise(apply(image), dst, byteOffset);
    }

    /**
     * Normalises an image into the input tensor, one plane a channel (NCHW order, fp32):
     * {@code (value / 255 - mean) / std}.
     *
     * @param image      what {@link #apply} returned
     * @param dst        the tensor; stays the caller's
     * @param byteOffset where this image begins in it; a multiple of four, as is the address of {@code dst}
     * @throws IllegalArgumentException  if the image does not have the size of the settings, or the place is not aligned
     * @throws IndexOutOfBoundsException if less than {@code 3 * height * width} floats follow the offset
     */
    public void normalise(RgbImage image, MemorySegment dst, long byteOffset) {
        if (image.height() != settings.height() || image.width() != settings.width()) {
            throw new IllegalArgumentException(image.height() + "x" + image.width() + " image for a "
                    + settings.height() + "x" + settings.width() + " input");
        }
        byte[] pixels = image.pixels();
        int plane = image.height() * image.width();
        float[] values = new float[plane];
        MemorySegment tensor = dst.asSlice(byteOffset, JAVA_FLOAT.byteSize() * RgbImage.CHANNELS * plane);
        for (int c = 0; c < RgbImage.CHANNELS; c++) {
            float[] table = normalised[c];
            for (int i = 0; i < plane; i++) {
                values[i] = table[pixels[RgbImage.CHANNELS * i + c] & 0xFF];
            }
            MemorySegment.copy(values, 0, tensor, JAVA_FLOAT, JAVA_FLOAT.byteSize() * c * plane, plane);
        }
    }
}
