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
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs encoders that see a part of their images beside the one that sees all, prints which share of its time and memory
 * each takes, and plots both to {@code masked-<model>-b<batch>.png} in the working directory.
 *
 * <p>Takes JMH's own options, of which {@code -p} must leave one model, batch, size and number of threads.
 */
public final class MaskedReport {

    private static final int FORKS = 3;

    private MaskedReport() {}

    /** One point of the plot: shares of the dense encoder's, in [0, 1] or a little above. */
    private record Point(double visible, double time, double memory) {}

    /** Runs the benchmarks. */
    public static void main(String[] args) throws RunnerException, CommandLineOptionException, IOException {
        Collection<RunResult> results = run(new CommandLineOptions(args));
        RunResult dense = results.stream().filter(result -> !isMasked(result)).findFirst().orElseThrow();
        BenchmarkParams params = dense.getParams();
        System.out.printf(Locale.ROOT, "%n%s, batch %s, %s threads: %.2f ms with everything visible%n%n",
                params.getParam("model"),
                params.getParam("batch"), params.getParam("threads"), Report.median(dense) / 1e3);
        System.out.println("| masked | visible | ms | time share | memory share |");
        System.out.println("|---|---|---|---|---|");
        var points = new ArrayList<Point>();
        for (RunResult result : results.stream().filter(MaskedReport::isMasked).toList()) {
            Point point = point(result, dense);
            points.add(point);
            System.out.printf(Locale.ROOT, "| %s | %.3f | %.2f | %.3f | %.3f |%n", result.getParams().getParam("ratio"),
                    point.visible, Report.median(result) / 1e3, point.time, point.memory);
        }
        plot(params, points);
    }

    /** Runs one fork of all benchmarks after the other: a minute in which the machine is slow then hits no share alone. */
    private static Collection<RunResult> run(CommandLineOptions arguments) throws RunnerException {
        var options = new OptionsBuilder().parent(arguments).forks(1).include(WholeModel.class.getName() + "\\.")
                .include(MaskedEncoder.class.getName() + "\\.").build();
        var results = new LinkedHashMap<String, RunResult>();
        for (int fork = 0; fork < arguments.getForkCount().orElse(FORKS); fork++) {
            for (RunResult result : new Runner(options).run()) {
                results.merge(result.getParams().id(), result, MaskedReport::both);
            }
        }
        return results.values();
    }

    private static RunResult both(RunResult a, RunResult b) {
        return new RunResult(a.getParams(),
                Stream.concat(a.getBenchmarkResults().stream(), b.getBenchmarkResults().stream()).toList());
    }

    private static boolean isMasked(RunResult result) {
        return result.getParams().getBenchmark().startsWith(MaskedEncoder.class.getName());
    }

    private static Point point(RunResult masked, RunResult dense) throws IOException {
        BenchmarkParams params = masked.getParams();
        int batch = Integer.parseInt(params.getParam("batch"));
        int size = Integer.parseInt(params.getParam("size"));
        Options options = Options.DEFAULT.withThreads(Integer.parseInt(params.getParam("threads")))
                .withBackend(BackendChoice.valueOf(params.getParam("backend")));
        ConvNeXtSpec spec = Catalogue.get(params.getParam("model")).spec();
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            int grid = size / spec.reduction();
            List<Mask> masks = Mask.random(batch, grid, grid, Double.parseDouble(params.getParam("ratio")), 0);
            Shape seen = MaskedAutoencoder.images(spec, size, size, Mask.visible(masks));
            Plan part = Plan.of(MaskedAutoencoder.compile(spec, Optional.empty(), weights::parameter, options, seen,
                    System.err::println), seen, options.threads(), ExecutionMode.LATENCY);
            Shape all = new Shape(batch, size, size, ConvNeXtSpec.IMAGE_CHANNELS);
            Plan whole = Plan.of(ConvNeXt.compile(spec, weights::parameter, options, all, System.err::println), all,
                    options.threads(), ExecutionMode.LATENCY);
            return new Point((double) masks.getFirst().visible() / (grid * grid),
                    Report.median(masked) / Report.median(dense), (double) part.arenaBytes() / whole.arenaBytes());
        }
    }

    private static void plot(BenchmarkParams params, List<Point> points) throws IOException {
        String name = "masked-" + params.getParam("model") + "-b" + params.getParam("batch");
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
