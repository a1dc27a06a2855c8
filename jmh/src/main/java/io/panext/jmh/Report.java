package io.panext.jmh;

import io.panext.zoo.Catalogue;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs whole models and the ceiling beside them, and prints the share of the ceiling that each reaches.
 *
 * <p>Takes JMH's own options, {@code -p model=convnextv2_atto -p threads=1,2} say.
 */
public final class Report {

    private Report() {}

    /** Runs the benchmarks. */
    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        var options = new OptionsBuilder().parent(new CommandLineOptions(args))
                .include(FmaCeiling.class.getName() + "\\.").include(WholeModel.class.getName() + "\\.").build();
        Collection<RunResult> results = new Runner(options).run();
        double ceiling = results.stream().filter(Report::isCeiling)
                .mapToDouble(result -> FmaCeiling.flop() / median(result)).findFirst().orElseThrow();
        System.out.printf(Locale.ROOT, "%nFMA ceiling of one core: %.1f GFLOP/s%n%n", ceiling / 1e3);
        System.out.println(
                "| model | size | batch | threads | backend | precision | ms per image | GFLOP/s | share of the ceiling |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        results.stream().filter(result -> !isCeiling(result)).forEach(result -> print(result, ceiling));
    }

    private static void print(RunResult result, double ceiling) {
        BenchmarkParams params = result.getParams();
        String model = params.getParam("model");
        int size = Integer.parseInt(params.getParam("size"));
        int batch = Integer.parseInt(params.getParam("batch"));
        int threads = Integer.parseInt(params.getParam("threads"));
        double micros = median(result);
        double flopPerMicro = 2.0 * batch * Catalogue.get(model).spec().macs(size, size) / micros;
        System.out.printf(Locale.ROOT, "| %s | %d | %d | %d | %s | %s | %.2f | %.1f | %.1f %% |%n", model, size, batch,
                threads, params.getParam("backend").toLowerCase(Locale.ROOT),
                params.getParam("precision").toLowerCase(Locale.ROOT), micros / 1e3 / batch, flopPerMicro / 1e3,
                100 * flopPerMicro / (threads * ceiling));
    }

    private static boolean isCeiling(RunResult result) {
        return result.getParams().getBenchmark().startsWith(FmaCeiling.class.getName());
    }

    /** Median of all iterations of all forks, in microseconds. */
    private static double median(RunResult result) {
        double[] samples = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore()).sorted().toArray();
        return Arrays.stream(samples).skip((samples.length - 1) / 2).limit(2 - samples.length % 2).average()
                .orElseThrow();
    }
}
