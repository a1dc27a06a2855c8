package io.panext.cli;

import io.panext.image.PngWriter;
import io.panext.image.Preprocessor;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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
                "  panext preprocess -m convnext_tiny.fb_in1k --size 288 cat.jpg -o seen.png"})
final class Preprocess implements Callable<Integer> {

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Mixin
    private DecoderOptions decoder;

    @Parameters(paramLabel = "IMAGE", description = "Image file to read.")
    private Path image;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "PNG file to write.")
    private Path output;

    @Override
    public Integer call() throws IOException {
        OutputFile.require(command, output, ".png");
        OutputFile.requireOther(command, output, List.of(model.nameOrPath(), image.toString()));
        try (PretrainedModel pretrained = model.open()) {
            new Messages(command.commandLine().getErr()).warn(pretrained.warnings());
            Preprocessor preprocessor = new Preprocessor(pretrained.preprocessing());
            PngWriter.write(preprocessor.apply(decoder.decoder().decode(image)), output);
        }
        return ExitCode.OK;
    }
}
