package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model is used. */
final class ModelOption {

    @Option(names = {"-m", "--model"}, paramLabel = "FILE|NAME", defaultValue = ConvNeXt.EMBEDDED,
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
}
