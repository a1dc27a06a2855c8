package io.panext.cli;

import io.panext.ConvNeXt;
import picocli.CommandLine.Option;

/** Which model is used. */
final class ModelOption {

    @Option(names = {"-m", "--model"}, paramLabel = "FILE|NAME", defaultValue = ConvNeXt.EMBEDDED,
            description = "A checkpoint, its folder, or a fetched model; default: the embedded ${DEFAULT-VALUE}.")
    String nameOrPath;
}
