package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Mask;
import io.panext.MaskedAutoencoder;
import io.panext.MaskedSession;
import io.panext.Options;
import io.panext.Session;
import io.panext.graph.Outputs;
import io.panext.graph.Outputs.Target;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code panext features}: writes what a model sees in photographs, for search, detection and segmentation. */
@Command(name = "features", description = "Write the features of photographs: pooled, or the maps of stages.",
        footer = {
                "The file gets 'pre_logits' [N, C], or 'stage0' to 'stage3' [N, C, H, W], F32,",
                "and in its metadata 'images', a JSON list of the files in the order of N. As",
                "npy that list is beside it: maps.images.json for maps.npy; several stages go to",
                "a file each: maps.stage0.npy, and so on.",
                "",
                "With --mask-ratio the same patches of each image are masked, and what is",
                "visible is pooled; time and memory go with that. Any ConvNeXt will do, also an",
                "encoder without a head, whose features have not been normalised.",
                "",
                "examples:",
                "  panext features -m convnext_tiny.safetensors -o features.safetensors photos/",
                "  panext features --output stages --stages 1,2,3 -o maps.npy cat.jpg",
                "  panext features -m convnextv2_tiny_1k_224_fcmae.pt --mask-ratio 0.6 \\",
                "    -o seen.npy photos/",
                "",
                "An image that cannot be read is reported and left out; the status is then 1."})
final class Features implements Callable<Integer> {

    /** Which features. */
    enum Kind {
        /** Of the whole image: what a classifier takes in. */
        POOLED,
        /** The map of the last stage. */
        MAP,
        /** The maps of several stages. */
        STAGES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String[] ENDINGS = Stream.of(FeatureFile.Format.values())
            .map(FeatureFile.Format::ending).toArray(String[]::new);
    private static final String[] NO_ENDINGS = {};

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Option(names = "--output", paramLabel = "KIND", defaultValue = "pooled",
            description = "One of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private Kind kind;

    @Option(names = "--stages", paramLabel = "N", split = ",",
            description = "Stages whose maps are written, from 0, in "
                    + "ascending order; default: all of them.")
    private List<Integer> stages = List.of();

    @Option(names = "--norm", description = "Apply the model's final norm to each pixel of the last stage's map.")
    private boolean norm;

    @Option(names = "--output-stride", paramLabel = "N", converter = Positive.class, description = "The most image "
            + "pixels that make one of a map: 8 or 16 dilate the later stages instead of halving them.")
    private Optional<Integer> stride;

    @Option(names = "--mask-ratio", paramLabel = "R", converter = MaskOptions.Ratio.class,
            description = "Share of the patches that is masked, in [0, 1); default: whole images are seen.")
    private Optional<Double> maskRatio;

    @Option(names = "--seed", paramLabel = "S",
            description = "Which patches are masked: the same for the same seed; default: 0.")
    private Optional<Long> seed;

    @Option(names = {"-f", "--format"}, paramLabel = "FORMAT",
            description = "One of ${COMPLETION-CANDIDATES}; default: what OUT ends in; "
                    + "safetensors if it has no ending.")
    private Optional<FeatureFile.Format> format;

    @Option(names = {"-o", "--out"}, paramLabel = "OUT", required = true,
            description = "File to write, or to replace once all is computed.")
    private Path out;

    @Mixin
    private ExecutionOptions execution;

    @Mixin
    private DecoderOptions decoder;

    @Mixin
    private ImageOperands operands;

    @Override
    public Integer call() throws IOException {
        Messages messages = new Messages(command.commandLine().getErr());
        requireSense();
        Outputs outputs = outputs();
        OutputFile.require(command, out, format.isPresent() ? NO_ENDINGS : ENDINGS);
        List<Path> images = operands.find(messages);
        OutputFile.requireOther(command, out, List.of(model.nameOrPath()));
        OutputFile.requireOther(command, out, images.stream().map(Path::toString).toList());
        if (!images.isEmpty()) {
            Options options = execution.options(images.size()).withDecoder(decoder.decoder());
            if (maskRatio.isPresent()) {
                writeMasked(images, maskRatio.get(), options, messages);
            } else {
                write(images, options.withOutputs(outputs), messages);
            }
        }
        return messages.problems() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void requireSense() {
        boolean chosen = command.commandLine().getParseResult().hasMatchedOption("--stages");
        if (chosen && kind != Kind.STAGES) {
            throw new ParameterException(command.commandLine(), "--stages goes with --output stages");
        }
        if (chosen && stages.isEmpty()) {
            throw new ParameterException(command.commandLine(), "--stages names no stage");
        }
        if (norm && kind == Kind.POOLED) {
            throw new ParameterException(command.commandLine(), "--norm goes with maps; pooled features are normed");
        }
        if (maskRatio.isPresent() && (kind != Kind.POOLED || stride.isPresent())) {
            throw new ParameterException(command.commandLine(),
                    "--mask-ratio goes with pooled features, and with no --output-stride");
        }
        if (seed.isPresent() && maskRatio.isEmpty()) {
            throw new ParameterException(command.commandLine(), "--seed goes with --mask-ratio");
        }
        Optional<FeatureFile.Format> ending = FeatureFile.Format.of(out);
        if (format.isPresent() && ending.isPresent() && !ending.equals(format)) {
            throw new ParameterException(command.commandLine(),
                    out + ": ends in " + ending.get().ending() + ", but --format is " + format.get());
        }
    }

    private void write(List<Path> images, Options options, Messages messages) throws IOException {
        Target target = options.outputs().target();
        try (ConvNeXt convNeXt = model.load(options)) {
            messages.warn(convNeXt.warnings());
            if (norm && !target.maps(convNeXt.spec().stages()).contains(convNeXt.spec().stages() - 1)) {
                throw new ParameterException(command.commandLine(),
                        "--norm goes with the last stage, which --stages leaves out");
            }
            try (Session session = convNeXt.newSession();
                    FeatureFile file = new FeatureFile(out, format, target.maps(convNeXt.spec().stages()))) {
                ImageOperands.forEach(images, "features", messages, (image, _) -> file.add(image.toString(),
                        session.run(List.of(session.decoder().decode(image)))));
                file.write(convNeXt.name());
            }
        }
    }

    private void writeMasked(List<Path> images, double ratio, Options options, Messages messages) throws IOException {
        try (PretrainedModel pretrained = model.open();
                MaskedAutoencoder encoder = MaskedAutoencoder.loadEncoder(pretrained, options)) {
            messages.warn(encoder.warnings());
            int height = encoder.preprocessing().height();
            int width = encoder.preprocessing().width();
            int patch = encoder.spec().reduction();
            List<Mask> masks = Mask.random(1, height / patch, width / patch, ratio, seed.orElse(0L));
            try (MaskedSession session = encoder.newSession(height, width, masks);
                    FeatureFile file = new FeatureFile(out, format, List.of())) {
                ImageOperands.forEach(images, "features", messages, (image, _) -> file.add(image.toString(),
                        session.run(List.of(encoder.imageDecoder().decode(image)), masks).features()));
                file.write(encoder.name());
            }
        }
    }

    private Outputs outputs() {
        try {
            Outputs wanted = switch (kind) {
                case POOLED -> Outputs.pooled();
                case MAP -> Outputs.of(new Target.LastMap(norm));
                case STAGES -> Outputs.of(new Target.Stages(stages, norm));
            };
            return stride.map(wanted::withStride).orElse(wanted);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
