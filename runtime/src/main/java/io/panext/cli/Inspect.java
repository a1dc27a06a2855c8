package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Mask;
import io.panext.MaskedAutoencoder;
import io.panext.Options;
import io.panext.compile.ExecutionMode;
import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.graph.Shape;
import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.PretrainedTag;
import io.panext.zoo.PretrainedTags;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code panext inspect}: tells what a model is and what it will take, without running it.
 *
 * <p>Memory is that of a session of a model that is loaded to run for long. Its kernels are chosen for one image of the
 * model's own size, whatever sessions it opens, so that they are chosen so here. Kernels are measured only if they are to
 * be listed; otherwise one that has not been measured yet is the first of its list. That may differ from the fastest in
 * how much its packed weights and its scratch memory take, not in the maps that it reads and writes.
 */
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

    @Mixin
    private WeightsOption weights;

    @Option(names = {"-s", "--size"}, paramLabel = "N", converter = Positive.class,
            description = "Edge of the images, in pixels; default: the model's own.")
    private Optional<Integer> size;

    @Option(names = {"-b", "--batch"}, paramLabel = "N", defaultValue = "1", converter = Positive.class,
            description = "Images of a run; default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--mask-ratio", paramLabel = "R", converter = MaskOptions.Ratio.class,
            description = "Share of the patches that is masked: what that saves, and the plan for it.")
    private Optional<Double> maskRatio;

    @Mixin
    private ExecutionOptions execution;

    @Option(names = "--plan", description = "List the steps: what runs, with which kernel, and where in memory.")
    private boolean plan;

    @Option(names = {"-f", "--format"}, paramLabel = "FORMAT", defaultValue = "text",
            description = "One of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private Format format;

    private boolean told;

    @Override
    public Integer call() throws IOException {
        Messages messages = new Messages(command.commandLine().getErr());
        boolean fetched = PretrainedModel.isFetched(model);
        Optional<Architecture> published = Catalogue.find(model).filter(_ -> !fetched);
        if (published.isPresent() && (arch.architecture.isPresent() || weights.key.isPresent())) {
            throw new ParameterException(command.commandLine(),
                    "--arch and --weights go with a checkpoint, and " + model + " is the name of an architecture");
        }
        try (PretrainedModel pretrained = published.isPresent()
                ? weightless(published.get())
                : PretrainedModel.open(model, arch.architecture, weights.key)) {
            if (published.isEmpty()) {
                messages.warn(pretrained.warnings());
            }
            Description description = Description.of(pretrained, published.isEmpty(), plan(pretrained, messages),
                    maskRatio.map(ratio -> maskedPlan(pretrained, ratio, messages)), plan);
            switch (format) {
                case TEXT -> description.print(command.commandLine().getOut());
                case JSON -> Notation.json(command.commandLine().getOut(), description);
            }
        }
        return ExitCode.OK;
    }

    private PretrainedModel weightless(Architecture architecture) throws IOException {
        Optional<PretrainedTag> tag = PretrainedTags.find(model);
        ConvNeXtSpec spec = architecture.spec().withClasses(tag.map(PretrainedTag::classes)
                .orElse(architecture.spec().classes()));
        return PretrainedModel.of(model, SyntheticCheckpoint.of(spec), Optional.empty(), tag);
    }

    private Plan plan(PretrainedModel pretrained, Messages messages) {
        ModelWeights weights = pretrained.weights();
        Shape images = images(pretrained);
        int smallest = weights.spec().reduction();
        if (Math.min(images.height(), images.width()) < smallest) {
            throw new IllegalArgumentException("images of " + images.height() + "x" + images.width()
                    + " are too small: " + model + " needs " + smallest + "x" + smallest + " or more");
        }
        var notes = new ArrayList<String>();
        Plan whole = plan(images, options -> ConvNeXt.compile(weights.spec(), weights::parameter, options,
                ConvNeXt.typical(pretrained.preprocessing()), notes::add, () -> mayMeasure(messages)));
        messages.warn(notes);
        return whole;
    }

    /** The plan of an encoder that sees a part of its images. */
    private Plan maskedPlan(PretrainedModel pretrained, double ratio, Messages messages) {
        ModelWeights weights = pretrained.weights();
        Shape whole = images(pretrained);
        int patch = weights.spec().reduction();
        List<Mask> masks = Mask.random(batch, whole.height() / patch, whole.width() / patch, ratio, 0);
        Shape images = MaskedAutoencoder.images(weights.spec(), whole.height(), whole.width(), Mask.visible(masks));
        return plan(images, options -> MaskedAutoencoder.compile(weights.spec(), Optional.empty(), weights::parameter,
                options, MaskedAutoencoder.typical(weights.spec(), pretrained.preprocessing()), _ -> {},
                () -> mayMeasure(messages)));
    }

    /** Kernels are measured for those who want to see them. */
    private boolean mayMeasure(Messages messages) {
        if (plan && !told) {
            messages.tell("measuring which kernels are the fastest; that is done once on a machine");
            told = true;
        }
        return plan;
    }

    private Plan plan(Shape images, Function<Options, Program> compiler) {
        Options options = execution.options(Long.MAX_VALUE);
        // Masked images are always shared: memory of whole images is compared like with like.
        ExecutionMode mode = maskRatio.isPresent() ? ExecutionMode.LATENCY : options.mode();
        return Plan.of(compiler.apply(options), images, options.threads(), mode);
    }

    private Shape images(PretrainedModel pretrained) {
        return new Shape(batch, size.orElse(pretrained.preprocessing().height()),
                size.orElse(pretrained.preprocessing().width()), ConvNeXtSpec.IMAGE_CHANNELS);
    }
}
