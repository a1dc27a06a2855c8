package io.panext.cli;

import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.Conversion;
import io.panext.zoo.checkpoint.DType;
import io.panext.zoo.checkpoint.ModelConfig;
import io.panext.zoo.checkpoint.TargetLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code panext convert}: writes a checkpoint as safetensors. */
@Command(name = "convert", description = "Write a checkpoint as a safetensors file, for panext or another program.",
        footer = {
                "Every tensor and every note of the file is written. Tensors that are no part of",
                "a ConvNeXt keep their names and bytes; a part that the layout has no name for",
                "is refused, and so is a value that is too large for the type. Floats are",
                "rounded to nearest, ties to even. No config.json is written: copy yours.", "",
                "examples:", "  panext convert convnextv2_tiny_1k_224_ema.pt tiny.safetensors --layout timm",
                "  panext convert model.safetensors half.safetensors --dtype f16"})
final class Convert implements Callable<Integer> {

    @Spec
    private CommandSpec command;

    @Parameters(index = "0", paramLabel = "IN",
            description = "Checkpoint to read, in any format, its folder, or a fetched model.")
    private String input;

    @Parameters(index = "1", paramLabel = "OUT", description = "Safetensors file to write, or to replace.")
    private Path output;

    @Mixin
    private WeightsOption weights;

    @Option(names = "--layout", paramLabel = "LAYOUT",
            description = "How to name the tensors: timm, fb, hf or torchvision; default: as they are.")
    private Optional<TargetLayout> layout;

    @Option(names = "--dtype", paramLabel = "TYPE", description = "f32, f16 or bf16; default: as they are.")
    private Optional<Type> type;

    /** Types that weights can be stored in. */
    enum Type {
        F32, F16, BF16
    }

    @Override
    public Integer call() throws IOException {
        OutputFile.require(command, output, ".safetensors");
        OutputFile.requireOther(command, output, List.of(input));
        try (Checkpoint source = Checkpoint.open(input, weights.key)) {
            Optional<ModelConfig> config = layout.isPresent() ? ModelConfig.beside(input) : Optional.empty();
            Conversion conversion = Conversion.of(source, layout, type.map(known -> DType.valueOf(known.name())),
                    config);
            Messages messages = new Messages(command.commandLine().getErr());
            messages.warn(source.warnings());
            try (Progress progress = new Progress("convert", conversion.size())) {
                messages.warn(conversion.write(output, _ -> progress.step()));
            }
        }
        return ExitCode.OK;
    }
}
