package io.panext.zoo;

import java.util.List;
import java.util.Objects;

/**
 * How a model wants its photographs: resized, cropped and normalised.
 *
 * <p>The shortest edge (with {@link CropMode#CENTER}) or both edges (with {@link CropMode#SQUASH}) are resized to
 * {@code floor(size / cropPct)}; then the centre is cropped to {@code height} × {@code width}, divided by 255, and each
 * of the channels red, green, blue becomes {@code (value - mean) / std}. The rules are timm's.
 *
 * @param height        rows of the model's input, in pixels
 * @param width         columns of the model's input, in pixels
 * @param cropPct       share of the resized edge that the crop keeps, in (0, 1]
 * @param interpolation the resampling filter
 * @param cropMode      whether the aspect ratio is kept
 * @param mean          per-channel mean, in units of the 0..1 range, in the order red, green, blue
 * @param std           per-channel standard deviation, likewise
 */
public record Preprocessing(int height, int width, double cropPct, Interpolation interpolation, CropMode cropMode,
        List<Float> mean, List<Float> std) {

    /** ImageNet's channel means. */
    public static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);

    /** ImageNet's channel standard deviations. */
    public static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

    /** Mean and standard deviation of every channel where values become -1 to 1. */
    public static final List<Float> HALF = List.of(0.5f, 0.5f, 0.5f);

    /** What most published ConvNeXt checkpoints were evaluated with: 224 px, 0.875, bicubic, ImageNet statistics. */
    public static final Preprocessing IMAGENET_224 = new Preprocessing(224, 224, 0.875, Interpolation.BICUBIC,
            CropMode.CENTER, IMAGENET_MEAN, IMAGENET_STD);

    /** The most pixels of an input: one array holds the channels of all, and any array has a few fewer values than this. */
    private static final long MAX_PIXELS = (Integer.MAX_VALUE - 8) / 3;

    /** A resampling filter, as Pillow defines it. */
    public enum Interpolation {
        /** Triangle filter, support 1. */
        BILINEAR,
        /** Keys' cubic with a = -0.5, support 2. */
        BICUBIC
    }

    /** What becomes of an image that is not square. */
    public enum CropMode {
        /** The aspect ratio is kept and the centre is cropped. */
        CENTER,
        /** Both edges are resized to the same length: nothing is cut off, the aspect ratio is lost. */
        SQUASH
    }

    /** @throws IllegalArgumentException if an edge, the area, {@code cropPct} or a statistic is out of range */
    public Preprocessing {
        Objects.requireNonNull(interpolation, "interpolation");
        Objects.requireNonNull(cropMode, "cropMode");
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("input size " + height + "x" + width + " is not positive");
        }
        if ((long) height * width > MAX_PIXELS) {
            throw new IllegalArgumentException("input size " + height + "x" + width + " is too large: the limit is "
                    + MAX_PIXELS + " pixels");
        }
        if (!(cropPct > 0 && cropPct <= 1)) {
            throw new IllegalArgumentException("crop_pct " + cropPct + " is outside (0, 1]");
        }
        if (mean.size() != 3 || std.size() != 3) {
            throw new IllegalArgumentException("mean and std need three channels, not " + mean + " and " + std);
        }
        if (!mean.stream().allMatch(Float::isFinite) || !std.stream().allMatch(s -> Float.isFinite(s) && s > 0)) {
            throw new IllegalArgumentException("mean " + mean + " or std " + std + " is not usable");
        }
    }

    /** Returns these settings for another input size. */
    public Preprocessing withSize(int newHeight, int newWidth) {
        return new Preprocessing(newHeight, newWidth, cropPct, interpolation, cropMode, mean, std);
    }

    /** Returns these settings with another crop. */
    public Preprocessing withCropPct(double newCropPct) {
        return new Preprocessing(height, width, newCropPct, interpolation, cropMode, mean, std);
    }

    /** Returns these settings with another filter. */
    public Preprocessing withInterpolation(Interpolation newInterpolation) {
        return new Preprocessing(height, width, cropPct, newInterpolation, cropMode, mean, std);
    }

    /** Returns these settings for another treatment of images that are not square. */
    public Preprocessing withCropMode(CropMode newCropMode) {
        return new Preprocessing(height, width, cropPct, interpolation, newCropMode, mean, std);
    }
}
