package io.panext.jmh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A benchmark with a value for each of its parameters: JMH leaves those that failed out of its results.
 *
 * @param benchmark  its method, with package and class
 * @param parameters values by name
 */
record Combination(String benchmark, SortedMap<String, String> parameters) {

    private static final OutputFormat SILENT = OutputFormatFactory.createFormatInstance(System.err,
            VerboseMode.SILENT);

    /** Returns what a result is of. */
    static Combination of(RunResult result) {
        BenchmarkParams params = result.getParams();
        var parameters = new TreeMap<String, String>();
        params.getParamsKeys().forEach(name -> parameters.put(name, params.getParam(name)));
        return new Combination(params.getBenchmark(), parameters);
    }

    /** Returns what JMH runs by these options. */
    static List<Combination> of(Options options) {
        return BenchmarkList.defaultList().find(SILENT, options.getIncludes(), options.getExcludes()).stream()
                .flatMap(benchmark -> of(benchmark, options).stream()).toList();
    }

    private static List<Combination> of(BenchmarkListEntry benchmark, Options options) {
        var combinations = List.of(new Combination(benchmark.getUsername(), new TreeMap<>()));
        for (Map.Entry<String, String[]> parameter : benchmark.getParams().orElse(Map.of()).entrySet()) {
            Collection<String> values = options.getParameter(parameter.getKey())
                    .orElse(Arrays.asList(parameter.getValue()));
            combinations = combinations.stream().flatMap(combination -> values.stream().distinct()
                    .map(value -> combination.with(parameter.getKey(), value))).toList();
        }
        return combinations;
    }

    private Combination with(String name, String value) {
        var more = new TreeMap<>(parameters);
        more.put(name, value);
        return new Combination(benchmark, more);
    }

    /** Whether a class has the benchmark. */
    boolean isOf(Class<?> type) {
        return benchmark.startsWith(type.getName() + ".");
    }

    /** Returns the value of a parameter. */
    String parameter(String name) {
        return parameters.get(name);
    }

    /** Returns the class, the method, and {@code name=value} of each parameter. */
    @Override
    public String toString() {
        return benchmark.replaceFirst(".*\\.(?=[^.]*\\.)", "") + parameters.entrySet().stream()
                .map(entry -> " " + entry).collect(Collectors.joining());
    }
}
