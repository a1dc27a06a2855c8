package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.ConvNeXt;
import io.panext.Mask;
import io.panext.MaskedAutoencoder;
import io.panext.Options;
import io.panext.compile.ExecutionMode;
import io.panext.compile.Plan;
import io.panext.graph.Shape;
import io.panext.image.PngWriter;
import io.panext.image.RgbImage;
import io.panext.jmh.report.Samples;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/**
 * Runs encoders that see a part of their images beside the one that sees all, prints which share of its time and memory
 * each takes, and plots both to {@code masked-<model>-b<batch>.png} in the working directory.
 *
 * <p>Takes JMH's own options, of which {@code -p} must leave one model, batch, size and number of threads. Of
 * what failed it says so, and ends with status 1.
 */
public final class MaskedReport {

    private static final String USAGE = """
                                        MaskedReport [option...]

                                        Runs encoders that see a part of their images beside the one that sees all, prints which share of its time
                                        and memory each takes, and plots both to masked-<model>-b<batch>.png. Of JMH's options -p must leave one
                                        model, batch, size and number of threads, -bm, -opi, -t and -tu change nothing, and -o, -rf and -rff are
                                        refused.
                                        """;

    private MaskedReport() {}

    /** One point of the plot: shares of the dense encoder's, in [0, 1] or a little above. */
    private record Point(double visible, double time, double memory) {}

    /** Runs the benchmarks. */
    public static void main(String[] args) throws InterruptedException {
        System.exit(Command.execute(USAGE, MaskedReport::run, args));
    }

    private static List<String> run(Command command) throws CommandLineOptionException, RunnerException, IOException {
        Suite suite = Suite.of(command, WholeModel.class, MaskedEncoder.class);
        Combination dense = dense(suite);
        Suite.Outcome outcome = suite.run();
        if (outcome.results().containsKey(dense)) {
            report(outcome.results(), dense);
        }
        return outcome.failures();
    }

    /** Returns the encoder that sees everything. */
    static Combination dense(Suite suite) throws CommandLineOptionException {
        List<Combination> dense = suite.round().stream().flatMap(part -> Combination.of(part).stream())
                .filter(combination -> combination.isOf(WholeModel.class)).toList();
        if (dense.size() != 1) {
            throw new CommandLineOptionException("-p must leave one combination to compare with, not " + dense);
        }
        return dense.getFirst();
    }

    private static void report(Map<Combination, List<RunResult>> results, Combination dense) throws IOException {
        double whole = Samples.of(results.get(dense)).median();
        System.out.printf(Locale.ROOT, "%n%s, batch %s, %s threads: %.2f ms with everything visible%n%n",
                dense.parameter("model"), dense.parameter("batch"), dense.parameter("threads"), whole / 1e3);
        System.out.println("| masked | visible | ms | time share | memory share |");
        System.out.println("|---|---|---|---|---|");
        var points = new ArrayList<Point>();
        for (Combination masked : results.keySet().stream().filter(key -> key.isOf(MaskedEncoder.class)).toList()) {
            double time = Samples.of(results.get(masked)).median();
            Point point = point(masked, time / whole);
            points.add(point);
            System.out.printf(Locale.ROOT, "| %s | %.3f | %.2f | %.3f | %.3f |%n", masked.parameter("ratio"),
                    point.visible, time / 1e3, point.time, point.memory);
        }
        if (!points.isEmpty()) {
            plot(dense, points);
        }
    }

    private static Point point(Combination masked, double time) throws IOException {
        int batch = Integer.parseInt(masked.parameter("batch"));
        int size = Integer.parseInt(masked.parameter("size"));
        Options options = Options.DEFAULT.withThreads(Integer.parseInt(masked.parameter("threads")))
                .withBackend(BackendChoice.valueOf(masked.parameter("backend")));
        ConvNeXtSpec spec = Catalogue.get(masked.parameter("model")).spec();
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            int grid = size / spec.reduction();
            List<Mask> masks = Mask.random(batch, grid, grid, Double.parseDouble(masked.parameter("ratio")), 0);
            Shape seen = MaskedAutoencoder.images(spec, size, size, Mask.visible(masks));
            Plan part = Plan.of(MaskedAutoencoder.compile(spec, Optional.empty(), weights::parameter, options, seen,
                    System.err::println), seen, options.threads(), ExecutionMode.LATENCY);
            Shape all = new Shape(batch, size, size, ConvNeXtSpec.IMAGE_CHANNELS);
            Plan whole = Plan.of(ConvNeXt.compile(spec, weights::parameter, options, all, System.err::println), all,
                    options.threads(), ExecutionMode.LATENCY);
            return new Point((double) masks.getFirst().visible() / (grid * grid),
                    time, (double) part.arenaBytes() / whole.arenaBytes());
        }
    }

    private static void plot(Combination dense, List<Point> points) throws IOException {
        String name = "masked-" + dense.parameter("model") + "-b" + dense.parameter("batch");
        XYChart chart = new XYChartBuilder().width(640).height(400).title(name).xAxisTitle("visible share")
                .yAxisTitle("share of the dense encoder's").build();
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0).setYAxisMin(0.0);
        double[] visible = points.stream().mapToDouble(Point::visible).toArray();
        chart.addSeries("time", visible, points.stream().mapToDouble(Point::time).toArray());
        chart.addSeries("memory", visible, points.stream().mapToDouble(Point::memory).toArray());
        chart.addSeries("visible", visible, visible);
        PngWriter.write(RgbImage.of(BitmapEncoder.getBufferedImage(chart)), Path.of(name + ".png"));
    }
}
