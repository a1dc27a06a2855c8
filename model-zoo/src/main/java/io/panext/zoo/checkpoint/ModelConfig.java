package io.panext.zoo.checkpoint;

import static io.panext.zoo.checkpoint.ConfigFile.absent;
import static io.panext.zoo.checkpoint.ConfigFile.numbers;
import static io.panext.zoo.checkpoint.ConfigFile.require;
import static io.panext.zoo.checkpoint.ConfigFile.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Labels;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import io.panext.zoo.Traits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The {@code config.json} that timm and Hugging Face put beside a checkpoint: what the weights themselves do not say.
 *
 * <p>Read are {@code architecture}, {@code num_classes}, {@code label_names}, {@code label_descriptions} and, of
 * {@code pretrained_cfg} (or, as timm once had it, of the file itself), {@code input_size}, {@code interpolation}, {@code crop_pct}, {@code crop_mode}, {@code mean}
 * and {@code std}; what is left out there is as in {@link Preprocessing#IMAGENET_224}. Hugging Face's {@code id2label}
 * names the classes where timm's fields do not. What no tensor tells is read from timm's {@code model_args}
 * ({@code act_layer}, {@code norm_layer}, {@code norm_eps}) and Hugging Face's {@code hidden_act} and
 * {@code layer_norm_eps}, which is the eps of the final norm alone. Other fields are passed over.
 *
 * @param file          where it was read, for messages
 * @param architecture  timm's name of the architecture: for display and for what no tensor tells
 * @param classes       outputs of the classifier
 * @param labels        names of the classes: descriptions, where there are any, and then the names as ids
 * @param preprocessing how photographs are prepared; empty if the file has no {@code pretrained_cfg}
 * @param traits        what no tensor tells
 */
public record ModelConfig(String file, Optional<String> architecture, OptionalInt classes, Optional<Labels> labels,
        Optional<Preprocessing> preprocessing, Traits traits) {

    /** How the file is called. */
    public static final String FILE_NAME = "config.json";

    /**
     * Reads a file.
     *
     * @throws CheckpointException if it cannot be read, is not JSON or a field is not what it should be
     */
    public static ModelConfig read(Path path) throws CheckpointException {
        return ConfigFile.read(path, config -> of(path.toString(), config));
    }

    /**
     * Reads the configuration beside a checkpoint, if there is one.
     *
     * @param nameOrPath as for {@link PretrainedModel#open(String)}
     * @throws IOException as {@link PretrainedModel#open(String)} does
     */
    public static Optional<ModelConfig> beside(String nameOrPath) throws IOException {
        return nameOrPath.equals(EmbeddedModel.NAME)
                ? Optional.of(EmbeddedModel.config())
                : ModelFiles.of(nameOrPath).config();
    }

    /**
     * Reads a file's content.
     *
     * @param file what messages call it
     * @param json the whole file, in UTF-8
     * @throws CheckpointException if it is not JSON or a field is not what it should be
     */
    public static ModelConfig parse(String file, byte[] json) throws CheckpointException {
        return ConfigFile.parse(file, json, config -> of(file, config));
    }

    /** What is known where there is no such file. */
    static ModelConfig empty(String file) {
        return new ModelConfig(file, Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(),
                Traits.NONE);
    }

    /** Returns this configuration with what another file says of photographs. */
    ModelConfig withPreprocessing(Preprocessing other) {
        return new ModelConfig(file, architecture, classes, labels, Optional.of(other), traits);
    }

    /**
     * Checks that this is about a classifier of so many classes. Where the weights have none, a configuration that was
     * saved with them still tells of the one that they came from.
     *
     * @throws CheckpointException if it is about another
     */
    void requireClasses(int expected) throws CheckpointException {
        if (expected == 0) {
            return;
        }
        if (classes.isPresent() && classes.getAsInt() != expected) {
            throw new CheckpointException(file, "num_classes is " + classes.getAsInt() + ", but the weights have "
                    + expected + " classes");
        }
        if (labels.isPresent() && labels.get().size() != expected) {
            throw new CheckpointException(file, "has " + labels.get().size() + " labels, but the weights have "
                    + expected + " classes");
        }
    }

    private static ModelConfig of(String file, JsonNode config) {
        JsonNode pretrained = config.path("pretrained_cfg");
        boolean flat = absent(pretrained) && !absent(config.path("input_size"));
        return new ModelConfig(file, architecture(config), classes(config), labels(config),
                preprocessing(flat ? config : pretrained), TraitsConfig.traits(config));
    }

    private static Optional<String> architecture(JsonNode config) {
        return text(config, "architecture");
    }

    private static OptionalInt classes(JsonNode config) {
        JsonNode classes = config.path("num_classes");
        if (absent(classes)) {
            return OptionalInt.empty();
        }
        require(classes.isInt() && classes.intValue() >= 0,
                () -> "num_classes must be a number of classes, not " + classes);
        return OptionalInt.of(classes.intValue());
    }

    private static Optional<Labels> labels(JsonNode config) {
        JsonNode names = config.path("label_names");
        JsonNode descriptions = config.path("label_descriptions");
        if (absent(names) && absent(descriptions)) {
            return numbered(config, "id2label");
        }
        if (absent(names)) {
            return Optional.of(labels(descriptions, "label_descriptions"));
        }
        require(names.isArray() || names.isObject(),
                () -> "label_names must be a list, or an object with numbers as keys");
        Labels labels = names.isArray()
                ? labels(names, "label_names")
                : numbered(config, "label_names").orElseThrow();
        return Optional.of(absent(descriptions)
                ? labels
                : new Labels(labels.names().stream().map(name -> descriptions.path(name).asText(name)).toList(),
                        labels.names()));
    }

    /** Reads Hugging Face's way of naming classes: an object with their numbers as keys, in any order. */
    private static Optional<Labels> numbered(JsonNode config, String field) {
        JsonNode names = config.path(field);
        if (absent(names)) {
            return Optional.empty();
        }
        var ordered = new ArrayList<String>();
        for (int i = 0; i < names.size(); i++) {
            JsonNode name = names.path(Integer.toString(i));
            require(name.isTextual(),
                    () -> field + " must have a string for each class from 0 to " + (names.size() - 1));
            ordered.add(name.textValue());
        }
        require(!ordered.isEmpty(), () -> field + " must name the classes");
        return Optional.of(new Labels(ordered));
    }

    private static Labels labels(JsonNode values, String field) {
        var names = new ArrayList<String>();
        for (JsonNode value : values) {
            require(value.isTextual(), () -> field + " must hold strings, not " + value);
            names.add(value.textValue());
        }
        require(!names.isEmpty(), () -> field + " must name the classes");
        return new Labels(names);
    }

    private static Optional<Preprocessing> preprocessing(JsonNode config) {
        if (absent(config)) {
            return Optional.empty();
        }
        require(config.isObject(), () -> "pretrained_cfg must be an object");
        Preprocessing usual = Preprocessing.IMAGENET_224;
        JsonNode cropPct = config.path("crop_pct");
        require(absent(cropPct) || cropPct.isNumber(), () -> "crop_pct must be a number, not " + cropPct);
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
                () -> "input_size must be [3, height, width], not " + size);
        return size.path(axis).intValue();
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
}
