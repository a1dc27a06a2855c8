package io.panext.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.panext.Mask;
import io.panext.MaskedAutoencoder;
import io.panext.MaskedSession;
import io.panext.Options;
import io.panext.image.ImageException;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code panext features}: features of images of which a part is masked. */
@Command(name = "features", description = "Compute the pooled features of images, of which a part is masked.",
        footer = {
                "Time and memory go with what is visible. Any ConvNeXt will do, also an encoder without",
                "a head, whose features have not been normalised.",
                "",
                "example:",
                "  panext features -m convnextv2_tiny_1k_224_fcmae.pt --mask-ratio 0.6 cat.jpg",
                "",
                "Text: a line for each image, its file and its features. JSON: an array of {file, visible,",
                "patches, features}."})
final class Features implements Callable<Integer> {

    /** How features are written. */
    enum Format {
        /** For people, and for programs that read words. */
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

    @Mixin
    private ModelOption model;

    @Mixin
    private MaskOptions masking;

    @Option(names = {"-f", "--format"}, paramLabel = "FORMAT", defaultValue = "text",
            description = "One of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private Format format;

    @Mixin
    private ExecutionOptions execution;

    @Mixin
    private DecoderOptions decoder;

    @Parameters(paramLabel = "IMAGE|FOLDER", arity = "1..*",
            description = "Image files, and folders that are searched for them with all that is in them.")
    private List<Path> operands;

    private interface Report {

        void add(Path image, Mask mask, float[] features) throws IOException;
    }

    @Override
    public Integer call() throws IOException {
        Messages messages = new Messages(command.commandLine().getErr());
        List<Path> images = ImageFiles.find(operands, messages);
        PrintWriter out = command.commandLine().getOut();
        switch (format) {
            case TEXT -> features(images, messages, (image, _, features) -> out.println(text(image, features)));
            case JSON -> {
                try (JsonGenerator json = Notation.json(out)) {
                    json.writeStartArray();
                    features(images, messages, (image, mask, features) -> write(json, image, mask, features));
                    json.writeEndArray();
                }
                out.println();
            }
        }
        return messages.problems() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void features(List<Path> images, Messages messages, Report report) throws IOException {
        Options options = execution.options(images.size()).withDecoder(decoder.decoder());
        try (PretrainedModel pretrained = PretrainedModel.open(model.nameOrPath);
                MaskedAutoencoder encoder = MaskedAutoencoder.loadEncoder(pretrained, options)) {
            messages.warn(encoder.warnings());
            int height = encoder.preprocessing().height();
            int width = encoder.preprocessing().width();
            int patch = encoder.spec().reduction();
            Mask mask = Mask.random(height / patch, width / patch, masking.ratio, masking.seed);
            try (MaskedSession session = encoder.newSession(height, width, List.of(mask));
                    Progress progress = new Progress("features", images.size())) {
                for (Path image : images) {
                    try {
                        float[] features = session.run(List.of(options.decoder().decode(image)), List.of(mask))
                                .features();
                        progress.makeWay();
                        report.add(image, mask, features);
                    } catch (ImageException e) {
                        progress.makeWay();
                        messages.problem(e.getMessage());
                    }
                    progress.step();
                }
            }
        }
    }

    private static String text(Path image, float[] features) {
        var line = new StringBuilder(image.toString());
        for (float value : features) {
            line.append(' ').append(value);
        }
        return line.toString();
    }

    private static void write(JsonGenerator json, Path image, Mask mask, float[] features) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", image.toString());
        json.writeNumberField("visible", mask.visible());
        json.writeNumberField("patches", mask.masked().size());
        json.writeArrayFieldStart("features");
        for (float value : features) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
