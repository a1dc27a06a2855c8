package io.panext.cli;

import com.fasterxml.jackson.databind.SequenceWriter;
import io.panext.FeatureAnalysis;
import io.panext.FeatureDiversity;
import io.panext.image.PngWriter;
import io.panext.image.RgbImage;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code panext analyze}: tells whether the features of a model have collapsed. */
@Command(name = "analyze", description = "Tell how different the channels of each block are, on some images.",
        footer = {
                "The cosine distance of a layer is the mean over all pairs of its hidden",
                "channels: 0 where all show the same, 0.5 where none resembles another. A",
                "channel is dead if it never reaches a hundredth of the layer's root mean",
                "square, saturated if it hardly varies: by less than a tenth of its mean.",
                "",
                "example:",
                "  panext analyze -m convnextv2_tiny.safetensors -o collapse.png photos/"})
final class Analyze implements Callable<Integer> {

    private static final int CHART_WIDTH = 960;
    private static final int CHART_HEIGHT = 540;

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "PNG file to plot the table to.")
    private Optional<Path> output;

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
        if (output.isPresent()) {
            OutputFile.require(command, output.get(), ".png");
        }
        List<Path> images = operands.find(messages);
        if (output.isPresent()) {
            OutputFile.requireOther(command, output.get(), images.stream().map(Path::toString).toList());
        }
        if (!images.isEmpty()) {
            analyze(images, messages);
        }
        return messages.problems() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void analyze(List<Path> images, Messages messages) throws IOException {
        try (PretrainedModel pretrained = model.open();
                FeatureAnalysis analysis = FeatureAnalysis.load(pretrained, execution.options(images.size()))) {
            messages.warn(analysis.warnings());
            ImageOperands.forEach(images, "analyze", messages,
                    (image, _) -> analysis.add(decoder.decoder().decode(image)));
            if (analysis.images() > 0) {
                List<FeatureDiversity> layers = analysis.layers();
                print(layers);
                if (output.isPresent()) {
                    PngWriter.write(plot(pretrained.name(), layers), output.get());
                }
            }
        }
    }

    private void print(List<FeatureDiversity> layers) throws IOException {
        PrintWriter out = command.commandLine().getOut();
        switch (format.format) {
            case TEXT -> new Table(List.of("layer", "channels", "cosine distance", "dead %", "saturated %"), layers
                    .stream().map(Analyze::cells).toList()).print(out);
            case JSON -> Notation.json(out, layers);
            case CSV -> {
                try (SequenceWriter csv = Notation.csv(out, FeatureDiversity.class)) {
                    csv.writeAll(layers);
                }
            }
        }
    }

    private static List<String> cells(FeatureDiversity layer) {
        return List.of(layer.layer(), Integer.toString(layer.channels()),
                Notation.decimal("%.4f", layer.cosineDistance()),
                Notation.decimal("%.1f", 100 * layer.dead()), Notation.decimal("%.1f", 100 * layer.saturated()));
    }

    private static RgbImage plot(String title, List<FeatureDiversity> layers) {
        XYChart chart = new XYChartBuilder().width(CHART_WIDTH).height(CHART_HEIGHT).title(title)
                .xAxisTitle("block").yAxisTitle("share, distance").build();
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        series(chart, "cosine distance", layers, FeatureDiversity::cosineDistance);
        series(chart, "dead channels", layers, FeatureDiversity::dead);
        series(chart, "saturated channels", layers, FeatureDiversity::saturated);
        return RgbImage.of(BitmapEncoder.getBufferedImage(chart));
    }

    private static void series(XYChart chart, String name, List<FeatureDiversity> layers,
            ToDoubleFunction<FeatureDiversity> value) {
        double[] blocks = IntStream.rangeClosed(1, layers.size()).mapToDouble(block -> block).toArray();
        chart.addSeries(name, blocks, layers.stream().mapToDouble(value).toArray());
    }
}
