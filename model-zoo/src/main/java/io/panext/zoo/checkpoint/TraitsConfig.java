package io.panext.zoo.checkpoint;

import static io.panext.zoo.checkpoint.ConfigFile.absent;
import static io.panext.zoo.checkpoint.ConfigFile.require;
import static io.panext.zoo.checkpoint.ConfigFile.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.zoo.Activation;
import io.panext.zoo.Norm;
import io.panext.zoo.Traits;
import java.util.Locale;
import java.util.Optional;

/** What a {@code config.json} says of an architecture that no tensor tells, in the words of timm or Hugging Face. */
final class TraitsConfig {

    /** Image pixels that make one of the last stage's map. */
    private static final int OUTPUT_STRIDE = 32;

    private TraitsConfig() {}

    static Traits traits(JsonNode config) {
        JsonNode args = config.path("model_args");
        requireAverage(config);
        requireAverage(args);
        requireNoDilation(args);
        Optional<Activation> activation = activation(args, "act_layer").or(() -> activation(config, "hidden_act"));
        return new Traits(activation, norm(args), eps(args, "norm_eps"), eps(config, "layer_norm_eps"));
    }

    private static void requireAverage(JsonNode config) {
        String field = "global_pool";
        text(config, field).filter(pool -> !pool.matches("(fast)?(avg)?"))
                .ifPresent(pool -> {
                    throw unsupported(field, pool);
                });
    }

    private static void requireNoDilation(JsonNode args) {
        JsonNode stride = args.path("output_stride");
        require(absent(stride) || stride.asInt() == OUTPUT_STRIDE, () -> "output_stride must be " + OUTPUT_STRIDE
                + " in model_args, not " + stride + "; maps of another stride are asked for, whatever the model");
    }

    private static Optional<Activation> activation(JsonNode config, String field) {
        return text(config, field).map(name -> Activation.named(name).orElseThrow(() -> unsupported(field, name)));
    }

    private static Optional<Norm.Kind> norm(JsonNode args) {
        String field = "norm_layer";
        return text(args, field).map(name -> switch (name.toLowerCase(Locale.ROOT)) {
            case "layernorm", "layernorm2d" -> Norm.Kind.LAYER_NORM;
            case "rmsnorm", "rmsnorm2d" -> Norm.Kind.RMS_NORM;
            case "simplenorm", "simplenorm2d" -> Norm.Kind.SIMPLE_NORM;
            default -> throw unsupported(field, name);
        });
    }

    private static Optional<Double> eps(JsonNode config, String field) {
        JsonNode eps = config.path(field);
        require(absent(eps) || eps.isNumber(), () -> field + " must be a number, not " + eps);
        return absent(eps) ? Optional.empty() : Optional.of(eps.doubleValue());
    }

    private static IllegalArgumentException unsupported(String field, String name) {
        return new IllegalArgumentException(field + " " + name + " is not supported");
    }
}
