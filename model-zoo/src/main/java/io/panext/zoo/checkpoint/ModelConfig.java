package io.panext.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Labels;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The {@code config.json} that timm puts beside a checkpoint: what the weights themselves do not say.
 *
 * <p>Read are {@code architecture}, {@code num_classes}, {@code label_names}, {@code label_descriptions} and, of
 * {@code pretrained_cfg}, {@code input_size}, {@code interpolation}, {@code crop_pct}, {@code crop_mode}, {@code mean}
 * and {@code std}; what is left out there is as in {@link Preprocessing#IMAGENET_224}. Other fields are passed over.
 *
 * @param file          where it was read, for messages
 * @param architecture  timm's name of the architecture, for display: the weights decide
 * @param classes       outputs of the classifier
 * @param labels        names of the classes: descriptions, where there are any
 * @param preprocessing how photographs are prepared; empty if the file has no {@code pretrained_cfg}
 */
public record ModelConfig(String file, Optional<String> architecture, OptionalInt classes, Optional<Labels> labels,
        Optional<Preprocessing> preprocessing) {

    /** How the file is called. */
    public static final String FILE_NAME = "config.json";

    private static final long MAX_BYTES = 64L << 20;

    private static final ObjectReader JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build().readerFor(JsonNode.class);

    /**
     * Reads a file.
     *
     * @throws CheckpointException if it cannot be read, is not JSON or a field is not what it should be
     */
    public static ModelConfig read(Path path) throws CheckpointException {
        String name = path.toString();
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new CheckpointException(name, "is too large for a model's configuration");
            }
            return parse(name, Files.readAllBytes(path));
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw CheckpointException.refused(name, "cannot be read", e);
        }
    }

    /**
     * Reads a file's content.
     *
     * @param file what messages call it
     * @param json the whole file, in UTF-8
     * @throws CheckpointException if it is not JSON or a field is not what it should be
     */
    public static ModelConfig parse(String file, byte[] json) throws CheckpointException {
        try {
            JsonNode config = JSON.readTree(json);
            require(config.isObject(), "the configuration must be a JSON object");
            return new ModelConfig(file, architecture(config), classes(config), labels(config),
                    preprocessing(config.path("pretrained_cfg")));
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(file, "is not text: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        }
    }

    private static Optional<String> architecture(JsonNode config) {
        return text(config, "architecture");
    }

    private static OptionalInt classes(JsonNode config) {
        JsonNode classes = config.path("num_classes");
        if (absent(classes)) {
            return OptionalInt.empty();
        }
        require(classes.isInt() && classes.intValue() >= 0, "num_classes must be a number of classes, not " + classes);
        return OptionalInt.of(classes.intValue());
    }

    private static Optional<Labels> labels(JsonNode config) {
        JsonNode names = config.path("label_names");
        JsonNode descriptions = config.path("label_descriptions");
        if (absent(names)) {
            return absent(descriptions) ? Optional.empty() : Optional.of(labels(descriptions, "label_descriptions"));
        }
        require(names.isArray(), "label_names must be a list");
        Labels labels = labels(names, "label_names");
        return Optional.of(new Labels(labels.names().stream().map(name -> descriptions.path(name).asText(name))
                .toList()));
    }

    private static Labels labels(JsonNode values, String field) {
        var names = new ArrayList<String>();
        for (JsonNode value : values) {
            require(value.isTextual(), field + " must hold strings, not " + value);
            names.add(value.textValue());
        }
        require(!names.isEmpty(), field + " must name the classes");
        return new Labels(names);
    }

    private static Optional<Preprocessing> preprocessing(JsonNode config) {
        if (absent(config)) {
            return Optional.empty();
        }
        require(config.isObject(), "pretrained_cfg must be an object");
        Preprocessing usual = Preprocessing.IMAGENET_224;
        JsonNode cropPct = config.path("crop_pct");
        require(absent(cropPct) || cropPct.isNumber(), "crop_pct must be a number, not " + cropPct);
        return Optional.of(new Preprocessing(edge(config, 1, usual.height()), edge(config, 2, usual.width()),
                cropPct.asDouble(usual.cropPct()),
                constant(Interpolation.class, config, "interpolation", usual.interpolation()),
                constant(CropMode.class, config, "crop_mode", usual.cropMode()),
                numbers(config, "mean", usual.mean()), numbers(config, "std", usual.std())));
    }

    private static int edge(JsonNode config, int axis, int otherwise) {
        JsonNode size = config.path("input_size");
        if (absent(size)) {
            return otherwise;
        }
        require(size.size() == 3 && size.path(0).asInt() == ConvNeXtSpec.IMAGE_CHANNELS && size.path(axis).isInt(),
                "input_size must be [3, height, width], not " + size);
        return size.path(axis).intValue();
    }

    private static List<Float> numbers(JsonNode config, String field, List<Float> otherwise) {
        JsonNode values = config.path(field);
        if (absent(values)) {
            return otherwise;
        }
        var numbers = new ArrayList<Float>();
        for (JsonNode value : values) {
            require(value.isNumber(), field + " must hold numbers, not " + value);
            numbers.add(value.floatValue());
        }
        require(values.isArray() && numbers.size() == 3, field + " must be a list of three numbers, not " + values);
        return numbers;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode config, String field, E otherwise) {
        String value = text(config, field).orElse(otherwise.name()).toUpperCase(Locale.ROOT);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(value)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(field + " " + config.path(field) + " is not supported; it can be "
                + String.join(" or ", List.of(type.getEnumConstants()).stream()
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT)).toList()));
    }

    private static Optional<String> text(JsonNode config, String field) {
        JsonNode value = config.path(field);
        require(absent(value) || value.isTextual(), field + " must be a string, not " + value);
        return Optional.ofNullable(value.textValue());
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
