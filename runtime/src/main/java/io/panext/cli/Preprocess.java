package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.image.PngWriter;
import io.panext.image.Preprocessor;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code panext preprocess}: shows what a model sees. */
@Command(name = "preprocess", description = "Write the pixels that a model sees of a photograph, before normalisation.",
        footer = {
                "examples:",
                "  panext preprocess cat.jpg -o seen.png",
                "  panext preprocess --size 224 --crop-pct 0.95 cat.jpg -o seen.png"})
final class Preprocess implements Callable<Integer> {

    @Spec
    private CommandSpec command;

    @ArgGroup
    private Source source = new Source();

    @Mixin
    private DecoderOptions decoder;

    @Parameters(paramLabel = "IMAGE", description = "Image file to read.")
    private Path image;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "PNG file to write.")
    private Path output;

    /** Where the settings come from: a model, or the command line. */
    private static final class Source {

        @Option(names = {"-m", "--model"}, paramLabel = "FILE|NAME",
                description = "Model whose settings are used; default: the embedded one.")
        private String model = ConvNeXt.EMBEDDED;

        @ArgGroup(exclusive = false)
        private Settings settings;

        Preprocessing preprocessing(Messages messages) throws IOException {
            if (settings != null) {
                return settings.preprocessing();
            }
            try (PretrainedModel pretrained = PretrainedModel.open(model)) {
                messages.warn(pretrained.warnings());
                return pretrained.preprocessing();
            }
        }
    }

    /** Settings on the command line. */
    private static final class Settings {

        @Option(names = "--size", paramLabel = "N", required = true, converter = Positive.class,
                description = "Edge of the model's input, in pixels.")
        private int size;

        @Option(names = "--crop-pct", paramLabel = "P", defaultValue = "0.875", converter = CropPct.class,
                description = "Share of the resized edge that is kept, in (0, 1]; default: ${DEFAULT-VALUE}.")
        private double cropPct;

        @Option(names = "--interpolation", paramLabel = "FILTER", defaultValue = "bicubic",
                description = "bicubic or bilinear; default: ${DEFAULT-VALUE}.")
        private Interpolation interpolation;

        @Option(names = "--crop-mode", paramLabel = "MODE", defaultValue = "center",
                description = "center keeps the aspect ratio, squash all of the image; default: ${DEFAULT-VALUE}.")
        private CropMode cropMode;

        Preprocessing preprocessing() {
            return new Preprocessing(size, size, cropPct, interpolation, cropMode, Preprocessing.IMAGENET_MEAN,
                    Preprocessing.IMAGENET_STD);
        }
    }

    @Override
    public Integer call() throws IOException {
        OutputFile.require(command, output, ".png");
        OutputFile.requireOther(command, output, List.of(image.toString()));
        Messages messages = new Messages(command.commandLine().getErr());
        Preprocessor preprocessor = new Preprocessor(source.preprocessing(messages));
        PngWriter.write(preprocessor.apply(decoder.decoder().decode(image)), output);
        return ExitCode.OK;
    }
}
