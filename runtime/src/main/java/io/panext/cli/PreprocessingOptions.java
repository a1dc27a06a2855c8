package io.panext.cli;

import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** How photographs become the model's input, as far as that is not to be as the model says. */
final class PreprocessingOptions {

    @Option(names = {"-s", "--size"}, paramLabel = "N", converter = Positive.class,
            description = "Edge of the model's input, in pixels; default: the model's own.")
    private Optional<Integer> size;

    @Option(names = "--crop-pct", paramLabel = "P", converter = CropPct.class,
            description = "Share of the resized edge that is kept, in (0, 1]; default: the model's own.")
    private Optional<Double> cropPct;

    @Option(names = "--interpolation", paramLabel = "FILTER",
            description = "bicubic or bilinear; default: the model's own.")
    private Optional<Interpolation> interpolation;

    @Option(names = "--crop-mode", paramLabel = "MODE",
            description = "center keeps the aspect ratio, squash all of the image; default: the model's own.")
    private Optional<CropMode> cropMode;

    /** Returns whether anything is not to be as the model says. */
    boolean areGiven() {
        return Stream.of(size, cropPct, interpolation, cropMode).anyMatch(Optional::isPresent);
    }

    /** Returns what the model says, but for what is given here. */
    Preprocessing over(Preprocessing usual) {
        Preprocessing sized = size.map(edge -> usual.withSize(edge, edge)).orElse(usual);
        Preprocessing cropped = cropPct.map(sized::withCropPct).orElse(sized);
        Preprocessing resampled = interpolation.map(cropped::withInterpolation).orElse(cropped);
        return cropMode.map(resampled::withCropMode).orElse(resampled);
    }
}
