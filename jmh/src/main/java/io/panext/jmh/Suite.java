package io.panext.jmh;

import io.panext.Precision;
import io.panext.jmh.peer.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What is run, and in which order: each round is one process of everything, so that a noisy minute touches all alike.
 *
 * @param ceiling run before each part: what a core can do is seen in its best moment
 * @param parts   run one after the other in each round
 * @param rounds  processes of each benchmark
 */
record Suite(Options ceiling, List<Options> parts, int rounds) {

    private static final int ROUNDS = 3;

    private static final List<String> PARAMETERS = List.of("model", "batch", "size", "threads", "backend",
            "precision", "peer");

    /** What panext is measured by. */
    private static final List<Workload> MARKS = List.of(new Workload("convnextv2_atto", 1, 224, 1),
            new Workload("convnextv2_tiny", 1, 224, 1), new Workload("convnext_tiny", 1, 224, 1),
            new Workload("convnextv2_tiny", 8, 224, 2), new Workload("convnextv2_base", 1, 224, 2));

    /** The one that is run in bf16 as well. */
    private static final Workload BF16 = MARKS.get(1);

    /**
     * Returns what a command asks for: the benchmarks that it names; else whole models in all combinations of its
     * parameters; else, if it has none either, the marks and the layers.
     *
     * @param command JMH's own options
     */
    static Suite of(CommandLineOptions command) {
        var parts = new ArrayList<Options>();
        if (!command.getIncludes().isEmpty()) {
            parts.add(part(command).build());
        } else if (PARAMETERS.stream().anyMatch(name -> command.getParameter(name).hasValue())) {
            parts.add(part(command, WholeModel.class, PeerModel.class).build());
        } else {
            MARKS.forEach(work -> parts.add(part(command, work, WholeModel.class, PeerModel.class).build()));
            parts.add(part(command, BF16, WholeModel.class).param("precision", Precision.BF16.name()).build());
            parts.add(part(command, LayerKernel.class).build());
        }
        return new Suite(part(command, FmaCeiling.class).build(), parts, command.getForkCount().orElse(ROUNDS));
    }

    private static ChainedOptionsBuilder part(CommandLineOptions command, Workload work, Class<?>... benchmarks) {
        return part(command, benchmarks).param("model", work.model()).param("batch", Integer.toString(work.batch()))
                .param("size", Integer.toString(work.size())).param("threads", Integer.toString(work.threads()));
    }

    private static ChainedOptionsBuilder part(CommandLineOptions command, Class<?>... benchmarks) {
        ChainedOptionsBuilder options = new OptionsBuilder().parent(command).forks(1);
        Stream.of(benchmarks).forEach(benchmark -> options.include(Pattern.quote(benchmark.getName() + ".")));
        return options;
    }

    /** Returns what a round runs, in this order. */
    List<Options> round() {
        return parts.stream().flatMap(part -> Stream.of(ceiling, part)).toList();
    }

    /** Runs everything. */
    Collection<RunResult> run() throws RunnerException {
        var results = new ArrayList<RunResult>();
        for (int round = 0; round < rounds; round++) {
            for (Options part : round()) {
                results.addAll(run(part));
            }
        }
        return results;
    }

    private static Collection<RunResult> run(Options part) throws RunnerException {
        try {
            return new Runner(part).run();
        } catch (NoBenchmarksException e) {
            // all of it was excluded
            return List.of();
        }
    }
}
