package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model is used. */
final class ModelOption {

    private static final String NAME = "-m";
    private static final String LONG_NAME = "--model";

    /** The names of the option. */
    static final Set<String> NAMES = Set.of(NAME, LONG_NAME);

    @Option(names = {NAME, LONG_NAME}, paramLabel = "FILE|NAME", defaultValue = ConvNeXt.EMBEDDED,
            description = "A checkpoint, its folder, or a fetched model; default: the embedded ${DEFAULT-VALUE}.")
    private String nameOrPath;

    @Mixin
    private ArchOption arch;

    PretrainedModel open() throws IOException {
        return PretrainedModel.open(nameOrPath, arch.architecture);
    }

    ConvNeXt load(Options options) throws IOException {
        try (PretrainedModel model = open()) {
            return ConvNeXt.load(model, options);
        }
    }

    /** Loads the model for one image at a time, unless that was anticipated. */
    Network network(Options options, Optional<Anticipation> anticipation) throws IOException {
        if (anticipation.isPresent() && arch.architecture.isEmpty()) {
            Optional<Network> anticipated = anticipation.get().take(nameOrPath, options);
            if (anticipated.isPresent()) {
                return anticipated.get();
            }
        }
        return Network.of(load(options));
    }
}
