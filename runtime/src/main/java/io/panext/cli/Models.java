package io.panext.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.SequenceWriter;
import io.panext.zoo.Architecture;
import io.panext.zoo.Architecture.Weights;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code panext models}: lists what panext knows. */
@Command(name = "models", description = "List the embedded model and all published ones, by image size.",
        footer = {
                "Accuracies are those published for ImageNet-1k's validation set, in per cent;",
                "the embedded model's are for CIFAR-10's test set. GMACs and activations are",
                "counted as timm does.", "",
                "example:", "  panext models --format csv > models.csv"})
final class Models implements Callable<Integer> {

    @Spec
    private CommandSpec command;

    @Mixin
    private FormatOption format;

    /** Weights at one image size. What nobody measured is absent. */
    @JsonPropertyOrder({"model", "generation", "parameters", "size", "gmacs", "activations", "cropPct", "top1", "top5",
            "licence"})
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(String model, Generation generation, long parameters, int size, double gmacs, long activations,
            Double cropPct, Double top1, Double top5, String licence) {

        static Stream<Row> of(Architecture architecture) {
            String name = architecture.name();
            ConvNeXtSpec spec = architecture.spec();
            return architecture.weights().isEmpty()
                    ? Stream.of(of(name, spec, Preprocessing.IMAGENET_224.height(), null, null, null, null))
                    : architecture.weights().stream().flatMap(weights -> of(name + "." + weights.tag(), spec, weights));
        }

        static Stream<Row> of(String model, ConvNeXtSpec spec, Weights weights) {
            return weights.accuracies().stream().map(accuracy -> of(model, spec, accuracy.size(), accuracy.cropPct(),
                    accuracy.top1(), accuracy.top5(), weights.licence()));
        }

        private static Row of(String model, ConvNeXtSpec spec, int size, Double cropPct, Double top1, Double top5,
                String licence) {
            return new Row(model, spec.generation(), spec.parameterCount(), size, spec.fvcoreMacs(size, size) / 1e9,
                    spec.activations(size, size), cropPct, top1, top5, licence);
        }

        private List<String> cells() {
            return List.of(model, millions(parameters), Integer.toString(size), decimal(gmacs), millions(activations),
                    orDash(top1), orDash(top5), licence == null ? "-" : licence);
        }

        private static String millions(long count) {
            return decimal(count / 1e6);
        }

        private static String orDash(Double value) {
            return value == null ? "-" : decimal(value);
        }

        private static String decimal(double value) {
            return String.format(Locale.ROOT, "%.2f", value);
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = command.commandLine().getOut();
        List<Row> rows = rows();
        switch (format.format) {
            case TEXT -> new Table(List.of("model", "params (M)", "size", "GMACs", "acts (M)", "top-1", "top-5",
                    "licence"), rows.stream().map(Row::cells).toList()).print(out);
            case JSON -> Notation.json(out, rows);
            case CSV -> {
                try (SequenceWriter csv = Notation.csv(out, Row.class)) {
                    csv.writeAll(rows);
                }
            }
        }
        return ExitCode.OK;
    }

    private static List<Row> rows() throws IOException {
        try (PretrainedModel embedded = PretrainedModel.embedded()) {
            Stream<Row> first = Row.of(PretrainedModel.EMBEDDED, embedded.weights().spec(),
                    PretrainedModel.EMBEDDED_WEIGHTS);
            return Stream.concat(first, Catalogue.architectures().stream().flatMap(Row::of)).toList();
        }
    }
}
