package io.panext.zoo.checkpoint;

import static io.panext.zoo.checkpoint.ConfigFile.absent;
import static io.panext.zoo.checkpoint.ConfigFile.numbers;
import static io.panext.zoo.checkpoint.ConfigFile.require;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The {@code preprocessor_config.json} of Hugging Face's {@code ConvNextImageProcessor}, whose defaults these are. */
final class PreprocessorConfig {

    static final String FILE_NAME = "preprocessor_config.json";

    /** From this size on images are resized to a square, and nothing is cropped. */
    private static final int SQUARE_FROM = 384;

    private static final String BILINEAR = "2";
    private static final String BICUBIC = "3";
    private static final double RESCALING = 1 / 255.0;
    private static final double RESCALING_TOLERANCE = 1e-6;

    private PreprocessorConfig() {}

    static Preprocessing read(Path path) throws CheckpointException {
        return ConfigFile.read(path, PreprocessorConfig::preprocessing);
    }

    private static Preprocessing preprocessing(JsonNode config) {
        for (String step : List.of("do_resize", "do_rescale", "do_normalize")) {
            require(config.path(step).asBoolean(true), () -> step + " cannot be switched off");
        }
        JsonNode factor = config.path("rescale_factor");
        require(absent(factor) || Math.abs(factor.asDouble() - RESCALING) < RESCALING_TOLERANCE,
                () -> "rescale_factor " + factor + " is not supported; it can be 1/255");
        int size = size(config.path("size"));
        JsonNode cropPct = config.path("crop_pct");
        require(absent(cropPct) || cropPct.isNumber(), () -> "crop_pct must be a number, not " + cropPct);
        boolean square = size >= SQUARE_FROM;
        return new Preprocessing(size, size, square ? 1 : cropPct.asDouble(Preprocessing.IMAGENET_224.cropPct()),
                interpolation(config.path("resample")), square ? CropMode.SQUASH : CropMode.CENTER,
                numbers(config, "image_mean", Preprocessing.HALF), numbers(config, "image_std", Preprocessing.HALF));
    }

    /** Older files have a number, newer ones an object around it. */
    private static int size(JsonNode size) {
        if (absent(size)) {
            return SQUARE_FROM;
        }
        JsonNode edge = size.isObject() ? size.path("shortest_edge") : size;
        require(edge.isInt(), () -> "size must give the shortest edge, not " + size);
        return edge.intValue();
    }

    /** A number of Pillow's, or its name. */
    private static Interpolation interpolation(JsonNode resample) {
        if (absent(resample)) {
            return Interpolation.BILINEAR;
        }
        return switch (resample.asText().toLowerCase(Locale.ROOT)) {
            case BILINEAR, "bilinear" -> Interpolation.BILINEAR;
            case BICUBIC, "bicubic" -> Interpolation.BICUBIC;
            default -> throw new IllegalArgumentException("resample " + resample
                    + " is not supported; it can be 2 (bilinear) or 3 (bicubic)");
        };
    }
}
