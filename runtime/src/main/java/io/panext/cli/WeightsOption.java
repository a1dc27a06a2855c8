package io.panext.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** Which weights of a training checkpoint are used. */
final class WeightsOption {

    @Option(names = "--weights", paramLabel = "KEY",
            description = "Which weights of a training checkpoint that holds several: model, model_ema, "
                    + "state_dict_ema; default: averaged ones, if it has them.")
    Optional<String> key;
}
