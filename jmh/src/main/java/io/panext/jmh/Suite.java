package io.panext.jmh;

import io.panext.Precision;
import io.panext.jmh.peer.Workload;
import io.panext.zoo.Catalogue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What is run, and in which order: each round is one process of everything, so that a noisy minute touches all alike.
 *
 * @param round  run one after the other
 * @param rounds processes of each benchmark
 */
record Suite(List<Options> round, int rounds) {

    private static final int ROUNDS = 3;

    /** What panext is measured by. */
    private static final List<Workload> MARKS = List.of(new Workload("convnextv2_atto", 1, 224, 1),
            new Workload("convnextv2_tiny", 1, 224, 1), new Workload("convnext_tiny", 1, 224, 1),
            new Workload("convnextv2_tiny", 8, 224, 2), new Workload("convnextv2_base", 1, 224, 2));

    /** The one that is run in bf16 as well. */
    private static final Workload BF16 = MARKS.get(1);

    /**
     * What a run gave.
     *
     * @param results of all rounds
     * @param failed  what gave nothing in one round or more
     */
    record Outcome(Map<Combination, List<RunResult>> results, Set<Combination> failed) {

        /** Returns what failed, in a line each. */
        List<String> failures() {
            return failed.stream().map(Combination::toString).collect(Collectors.toCollection(ArrayList::new));
        }
    }

    /** Copies the list. */
    Suite {
        round = List.copyOf(round);
    }

    /**
     * Returns what a command asks for: the benchmarks that it names; else whole models in all combinations of its
     * parameters; else, if it has none either, the marks and the layers. The ceiling is run before each part: what a core
     * can do changes within a run.
     *
     * @throws CommandLineOptionException if there is no such benchmark or parameter
     */
    static Suite of(Command command) throws CommandLineOptionException {
        CommandLineOptions options = command.options();
        var parts = new ArrayList<Options>();
        if (!options.getIncludes().isEmpty()) {
            parts.add(part(options).build());
        } else if (!command.parameters().isEmpty()) {
            parts.add(part(options, WholeModel.class, PeerModel.class).build());
        } else {
            MARKS.forEach(work -> parts.add(part(options, work, WholeModel.class, PeerModel.class).build()));
            parts.add(part(options, BF16, WholeModel.class).param("precision", Precision.BF16.name()).build());
            parts.add(part(options, LayerKernel.class).build());
        }
        requireKnown(command, parts);
        Options ceiling = part(options, FmaCeiling.class).exclude("^(?!" + pattern(FmaCeiling.class) + ")").build();
        return new Suite(parts.stream().flatMap(part -> Stream.of(ceiling, part)).toList(), rounds(options));
    }

    /**
     * Returns these benchmarks with a command's parameters.
     *
     * @throws CommandLineOptionException if none of them has such a parameter
     */
    static Suite of(Command command, Class<?>... benchmarks) throws CommandLineOptionException {
        command.requireNoBenchmarks();
        List<Options> parts = List.of(part(command.options(), benchmarks).build());
        requireKnown(command, parts);
        return new Suite(parts, rounds(command.options()));
    }

    private static ChainedOptionsBuilder part(Options command, Workload work, Class<?>... benchmarks) {
        return part(command, benchmarks).param("model", work.model()).param("batch", Integer.toString(work.batch()))
                .param("size", Integer.toString(work.size())).param("threads", Integer.toString(work.threads()));
    }

    /** Reports are of microseconds that one call takes, whatever the command says. */
    private static ChainedOptionsBuilder part(Options command, Class<?>... benchmarks) {
        ChainedOptionsBuilder options = new OptionsBuilder().parent(command).forks(1).threads(1)
                .mode(Mode.AverageTime).timeUnit(TimeUnit.MICROSECONDS).operationsPerInvocation(1);
        Stream.of(benchmarks).forEach(benchmark -> options.include(pattern(benchmark)));
        return options;
    }

    private static String pattern(Class<?> benchmark) {
        return Pattern.quote(benchmark.getName() + ".");
    }

    private static int rounds(Options command) throws CommandLineOptionException {
        int rounds = command.getForkCount().orElse(ROUNDS);
        if (rounds < 1) {
            throw new CommandLineOptionException("-f " + rounds + ": each round needs processes of its own");
        }
        return rounds;
    }

    private static void requireKnown(Command command, List<Options> parts) throws CommandLineOptionException {
        CommandLineOptions options = command.options();
        if (options.getOutput().hasValue() || options.getResult().hasValue() || options.getResultFormat().hasValue()) {
            throw new CommandLineOptionException("-o, -rf and -rff: one file would be written over for each part of a "
                    + "round; the report has all samples");
        }
        for (String name : options.getIncludes()) {
            if (Combination.of(new OptionsBuilder().include(name).build()).isEmpty()) {
                throw new CommandLineOptionException("no benchmark is called " + name + ": -l lists them");
            }
        }
        List<Combination> combinations = parts.stream().flatMap(part -> Combination.of(part).stream()).toList();
        if (combinations.isEmpty()) {
            throw new CommandLineOptionException("nothing is left of what there is to run: -e "
                    + String.join(",", options.getExcludes()));
        }
        command.requireParameters(combinations.stream().flatMap(combination -> combination.parameters().keySet()
                .stream()).toList());
        for (String model : options.getParameter("model").orElse(List.of())) {
            if (Catalogue.find(model).isEmpty()) {
                throw new CommandLineOptionException(Catalogue.unknown(model));
            }
        }
    }

    /** Runs everything, also after something has failed. */
    Outcome run() throws RunnerException {
        var results = new LinkedHashMap<Combination, List<RunResult>>();
        var failed = new LinkedHashSet<Combination>();
        for (int count = 0; count < rounds; count++) {
            for (Options part : round) {
                var missing = new LinkedHashSet<>(Combination.of(part));
                if (missing.isEmpty()) {
                    // all of it was excluded
                    continue;
                }
                for (RunResult result : new Runner(part).run()) {
                    var combination = Combination.of(result);
                    results.computeIfAbsent(combination, _ -> new ArrayList<>()).add(result);
                    missing.remove(combination);
                }
                failed.addAll(missing);
            }
        }
        return new Outcome(results, failed);
    }
}
