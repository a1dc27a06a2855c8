package io.panext.cli;

import io.panext.Options;
import io.panext.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code panext classify}: says what photographs show. */
@Command(name = "classify", description = "Say what photographs show: PNG, JPEG, WebP, GIF or BMP.", footer = {
        "examples:",
        "  panext classify cat.jpg",
        "  panext classify --model convnext_tiny.safetensors --top 1 photos/",
        "",
        "JSON: an array of {file, predictions: [{index, label, probability, logit}]}.",
        "CSV: a row for each prediction: file, rank, index, label, probability, logit.",
        "An image that cannot be read is reported and left out; the status is then 1."})
final class Classify implements Callable<Integer> {

    @ParentCommand
    private Panext panext;

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Option(names = {"-k", "--top"}, paramLabel = "K", defaultValue = "5", converter = Positive.class,
            description = "How many classes of each image to name; default: ${DEFAULT-VALUE}.")
    private int top;

    @Mixin
    private FormatOption format;

    @Mixin
    private ExecutionOptions execution;

    @Mixin
    private DecoderOptions decoder;

    @Mixin
    private ImageOperands operands;

    @Override
    public Integer call() throws IOException {
        Messages messages = new Messages(command.commandLine().getErr());
        List<Path> images = operands.find(messages);
        if (!images.isEmpty()) {
            classify(images, messages);
        }
        return messages.problems() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void classify(List<Path> images, Messages messages) throws IOException {
        Options options = execution.options(images.size()).withDecoder(decoder.decoder());
        try (Network network = model.network(options, panext.anticipation())) {
            messages.warn(network.model().warnings());
            try (ClassificationReport report = report(images)) {
                ImageOperands.forEach(images, "classify", messages, (image, progress) -> {
                    List<Prediction> predictions = network.session().classify(image).top(top);
                    progress.makeWay();
                    report.add(image.toString(), predictions);
                });
            }
        }
    }

    private ClassificationReport report(List<Path> images) throws IOException {
        return ClassificationReport.of(format.format, command.commandLine().getOut(),
                operands.isOneFile(images));
    }
}
