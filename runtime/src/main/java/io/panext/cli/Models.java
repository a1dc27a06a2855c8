package io.panext.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.SequenceWriter;
import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.PretrainedTag;
import io.panext.zoo.PretrainedTag.Accuracy;
import io.panext.zoo.PretrainedTags;
import io.panext.zoo.checkpoint.EmbeddedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code panext models}: lists what panext knows. */
@Command(name = "models", description = "List the embedded model and all published ones, by image size.",
        footer = {
                "Accuracies are those published for ImageNet-1k's validation set, in per cent;",
                "the embedded model's are for CIFAR-10's test set. GMACs and activations are",
                "counted as timm does. JSON and CSV also have the preprocessing, the classes",
                "and where the weights are published.", "",
                "examples:", "  panext models 'convnextv2_*.fcmae_ft_in22k*'",
                "  panext models --format csv > models.csv"})
final class Models implements Callable<Integer> {

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "NAME", arity = "0..*",
            description = "A name, a part of one, or a pattern with * and ?; default: all.")
    private List<String> patterns = List.of();

    @Mixin
    private FormatOption format;

    /** Weights at one image size. What nobody measured or published is absent. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(String model, Generation generation, long parameters, int size, double gmacs, long activations,
            double cropPct, String cropMode, String interpolation, List<Float> mean, List<Float> std, int classes,
            Double top1, Double top5, String licence, String hub, String source) {

        /** Lists an architecture's published weights, or itself if there are none. */
        static Stream<Row> of(Architecture architecture) {
            return architecture.tags().isEmpty()
                    ? Stream.of(of(architecture.name(), architecture.spec(), Preprocessing.IMAGENET_224,
                            Optional.empty()))
                    : architecture.tags().stream().flatMap(tag -> of(tag, architecture.spec()));
        }

        static Stream<Row> of(PretrainedTag tag, ConvNeXtSpec body) {
            ConvNeXtSpec spec = body.withClasses(tag.classes());
            return Stream.concat(Stream.of(tag.preprocessing()), tag.larger().stream())
                    .map(preprocessing -> of(tag.name(), spec, preprocessing, Optional.of(tag)));
        }

        private static Row of(String model, ConvNeXtSpec spec, Preprocessing preprocessing,
                Optional<PretrainedTag> tag) {
            int size = preprocessing.height();
            Optional<Accuracy> accuracy = tag.stream().flatMap(known -> known.accuracies().stream())
                    .filter(measured -> measured.size() == size && measured.cropPct() == preprocessing.cropPct())
                    .findFirst();
            return new Row(model, spec.generation(), spec.parameterCount(), size, spec.fvcoreMacs(size, size) / 1e9,
                    spec.activations(size, size), preprocessing.cropPct(),
                    Notation.lowerCase(preprocessing.cropMode()), Notation.lowerCase(preprocessing.interpolation()),
                    preprocessing.mean(), preprocessing.std(), spec.classes(),
                    accuracy.map(Accuracy::top1).orElse(null),
                    accuracy.map(Accuracy::top5).orElse(null), tag.map(PretrainedTag::licence).orElse(null),
                    tag.flatMap(PretrainedTag::hub).orElse(null), tag.flatMap(PretrainedTag::source).orElse(null));
        }

        private List<String> cells() {
            return List.of(model, millions(parameters), Integer.toString(size), Integer.toString(classes),
                    decimal(gmacs), millions(activations), decimal(top1), decimal(top5),
                    licence == null ? "-" : licence);
        }

        private static String millions(long count) {
            return decimal(count / 1e6);
        }

        private static String decimal(Double value) {
            return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value);
        }
    }

    @Override
    public Integer call() throws IOException, CommandException {
        PrintWriter out = command.commandLine().getOut();
        List<Row> rows = rows();
        switch (format.format) {
            case TEXT -> new Table(List.of("model", "params (M)", "size", "classes", "GMACs", "acts (M)", "top-1",
                    "top-5", "licence"), rows.stream().map(Row::cells).toList()).print(out);
            case JSON -> Notation.json(out, rows);
            case CSV -> {
                try (SequenceWriter csv = Notation.csv(out, Row.class)) {
                    csv.writeAll(rows);
                }
            }
        }
        return ExitCode.OK;
    }

    private List<Row> rows() throws CommandException {
        PretrainedTag tag = EmbeddedModel.TAG;
        Stream<Row> embedded = Row.of(tag, Catalogue.get(tag.architecture()).spec());
        Stream<Row> published = Catalogue.architectures().stream().flatMap(Row::of);
        Pattern wanted = pattern();
        List<Row> rows = Stream.concat(embedded, published)
                .filter(row -> wanted.matcher(row.model).matches()).toList();
        if (rows.isEmpty()) {
            throw new CommandException("no model is called " + String.join(" or ", patterns)
                    + "; panext models lists all");
        }
        return rows;
    }

    private Pattern pattern() {
        return Pattern.compile(patterns.isEmpty()
                ? ".*"
                : patterns.stream().map(Models::pattern).collect(Collectors.joining("|")));
    }

    private static String pattern(String name) {
        String quoted = Pattern.quote(name).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
        return name.matches(".*[*?].*") || PretrainedTags.find(name).isPresent() ? quoted : ".*" + quoted + ".*";
    }
}
