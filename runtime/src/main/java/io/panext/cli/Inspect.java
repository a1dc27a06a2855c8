package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.graph.Shape;
import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code panext inspect}: tells what a model is and what it will take, without running it. */
@Command(name = "inspect", description = "Tell what a model is, what it costs, and how it would be run.", footer = {
        "examples:",
        "  panext inspect convnextv2_base --size 384",
        "  panext inspect convnext_tiny.safetensors --batch 8 --plan",
        "",
        "Of a published architecture no weights are needed.",
        "The arena is all the memory that a session takes besides the weights."})
final class Inspect implements Callable<Integer> {

    /** How a description is written. */
    enum Format {
        /** For people. */
        TEXT,
        /** For programs. */
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "FILE|NAME",
            description = "A checkpoint file or folder, or any name that panext models lists.")
    private String model;

    @Mixin
    private ArchOption arch;

    @Option(names = {"-s", "--size"}, paramLabel = "N", converter = Positive.class,
            description = "Edge of the images, in pixels; default: the model's own.")
    private Optional<Integer> size;

    @Option(names = {"-b", "--batch"}, paramLabel = "N", defaultValue = "1", converter = Positive.class,
            description = "Images of a run; default: ${DEFAULT-VALUE}.")
    private int batch;

    @Mixin
    private ThreadsOption threads;

    @Option(names = "--plan", description = "List the steps: what runs, with which kernel, and where in memory.")
    private boolean plan;

    @Option(names = {"-f", "--format"}, paramLabel = "FORMAT", defaultValue = "text",
            description = "One of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private Format format;

    @Override
    public Integer call() throws IOException {
        Optional<Architecture> published = Catalogue.find(model);
        try (PretrainedModel pretrained = published.isPresent()
                ? weightless(published.get())
                : PretrainedModel.open(model, arch.architecture)) {
            Description description = Description.of(pretrained, published.isEmpty(), plan(pretrained), plan);
            switch (format) {
                case TEXT -> description.print(command.commandLine().getOut());
                case JSON -> Notation.json(command.commandLine().getOut(), description);
            }
        }
        return ExitCode.OK;
    }

    private PretrainedModel weightless(Architecture architecture) throws IOException {
        return PretrainedModel.of(model, SyntheticCheckpoint.of(architecture.spec()), Optional.empty());
    }

    private Plan plan(PretrainedModel pretrained) {
        ModelWeights weights = pretrained.weights();
        Program program = ConvNeXt.compile(weights.spec(), weights::parameter, Options.DEFAULT);
        int height = size.orElse(pretrained.preprocessing().height());
        int width = size.orElse(pretrained.preprocessing().width());
        if (Math.min(height, width) < weights.spec().reduction()) {
            throw new IllegalArgumentException("images of " + height + "x" + width + " are too small: " + model
                    + " needs " + weights.spec().reduction() + "x" + weights.spec().reduction() + " or more");
        }
        return Plan.of(program, new Shape(batch, height, width, ConvNeXtSpec.IMAGE_CHANNELS), threads.threads);
    }
}
