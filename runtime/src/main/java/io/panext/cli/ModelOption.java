package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model is used. */
final class ModelOption {

    private static final String NAME = "-m";
    private static final String LONG_NAME = "--model";

    @Option(names = {NAME, LONG_NAME}, paramLabel = "FILE|NAME", defaultValue = ConvNeXt.EMBEDDED,
            description = "A checkpoint, its folder, or a fetched model; default: the embedded ${DEFAULT-VALUE}.")
    private String nameOrPath;

    @Mixin
    private ArchOption arch;

    @Mixin
    private WeightsOption weights;

    @Mixin
    private PreprocessingOptions preprocessing;

    /** Returns the model that arguments seem to name, before they are parsed. */
    static String named(List<String> args) {
        String model = ConvNeXt.EMBEDDED;
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if ((arg.equals(NAME) || arg.equals(LONG_NAME)) && i + 1 < args.size()) {
                model = args.get(i + 1);
            } else if (arg.startsWith(LONG_NAME + "=")) {
                model = arg.substring(LONG_NAME.length() + 1);
            } else if (arg.startsWith(NAME) && arg.length() > NAME.length()) {
                model = arg.substring(NAME.length());
            }
        }
        return model;
    }

    String nameOrPath() {
        return nameOrPath;
    }

    PreprocessingOptions preprocessing() {
        return preprocessing;
    }

    PretrainedModel open() throws IOException {
        PretrainedModel model = PretrainedModel.open(nameOrPath, arch.architecture, weights.key);
        if (!preprocessing.areGiven()) {
            return model;
        }
        try {
            return model.withPreprocessing(preprocessing.over(model.preprocessing()));
        } catch (IllegalArgumentException e) {
            model.close();
            throw e;
        }
    }

    ConvNeXt load(Options options) throws IOException {
        try (PretrainedModel model = open()) {
            return ConvNeXt.load(model, options);
        }
    }

    /** Loads the model for one image at a time, unless that was anticipated. */
    Network network(Options options, Optional<Anticipation> anticipation) throws IOException {
        boolean usual = arch.architecture.isEmpty() && weights.key.isEmpty() && !preprocessing.areGiven();
        if (anticipation.isPresent() && usual) {
            Optional<Network> anticipated = anticipation.get().take(nameOrPath, options);
            if (anticipated.isPresent()) {
                return anticipated.get();
            }
        }
        return Network.of(load(options));
    }
}
