package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Workload;
import io.panext.jmh.report.ReportFiles;
import io.panext.zoo.Catalogue;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Measures where the time of a whole model goes, step by step, beside what each step needs at least, and writes it as
 * {@link Report} does. All is timed in one process: steps as they follow each other in a run, what the processor can do
 * at most, and ONNX Runtime.
 *
 * <p>Takes some of JMH's own options: {@code -p model=}, {@code batch=}, {@code size=}, {@code threads=},
 * {@code backend=} and {@code precision=}, one value each, {@code -wi} rounds to warm up and {@code -i} rounds that count.
 * All threads share each step, also of a batch that a session would by itself divide among them. It needs a gigabyte and
 * the model's weights three times over, off the heap.
 */
public final class StepReport {

    /** More than the caches of any processor hold. */
    private static final long MEMORY_BYTES = 1L << 30;

    private static final int WARMUPS = 10;
    private static final int ROUNDS = 40;

    private static final String USAGE = """
                                        StepReport [option...]

                                        Measures a model step by step, and writes steps.md, .csv and .json to the folder report, or to that of
                                        -Dpanext.report. Of JMH's options it takes
                                          -p   model=, batch=, size=, threads=, backend= and precision=, one value each
                                          -wi  rounds to warm up, 10 by default
                                          -i   rounds that count, 40 by default
                                        and none of the others.
                                        """;

    private StepReport() {}

    /** Runs the model. */
    public static void main(String[] args) throws InterruptedException {
        System.exit(Command.execute(USAGE, StepReport::run, args));
    }

    private static List<String> run(Command command) throws CommandLineOptionException, IOException {
        command.requireNoBenchmarks();
        command.requireParameters(List.of("model", "batch", "size", "threads", "backend", "precision"));
        CommandLineOptions options = command.options();
        Workload work = work(options);
        int rounds = options.getMeasurementIterations().orElse(ROUNDS);
        try (var runs = new StepRuns(new Panext(backend(options), precision(options)), work, MEMORY_BYTES)) {
            System.out.print(ReportFiles.write(runs.run(options.getWarmupIterations().orElse(WARMUPS), rounds),
                    Report.folder()));
        }
        return List.of();
    }

    /** Returns what the parameters ask for. */
    static Workload work(CommandLineOptions options) throws CommandLineOptionException {
        String model = parameter(options, "model", "convnextv2_tiny");
        if (Catalogue.find(model).isEmpty()) {
            throw new CommandLineOptionException(Catalogue.unknown(model));
        }
        return new Workload(model, number(options, "batch", 1), number(options, "size", 224),
                number(options, "threads", 1));
    }

    /** Returns the backend that a parameter asks for. */
    static BackendChoice backend(CommandLineOptions options) throws CommandLineOptionException {
        return constant(options, "backend", BackendChoice.AUTO, BackendChoice.values());
    }

    /** Returns the precision that a parameter asks for. */
    static Precision precision(CommandLineOptions options) throws CommandLineOptionException {
        return constant(options, "precision", Precision.FP32, Precision.values());
    }

    private static <E extends Enum<E>> E constant(CommandLineOptions options, String parameter, E preset, E[] all)
            throws CommandLineOptionException {
        String name = parameter(options, parameter, preset.name());
        return Arrays.stream(all).filter(constant -> constant.name().equals(name)).findFirst()
                .orElseThrow(() -> new CommandLineOptionException("-p " + parameter + "=" + name + ": there are "
                        + Arrays.stream(all).map(Enum::name).toList()));
    }

    private static int number(CommandLineOptions options, String name, int preset) throws CommandLineOptionException {
        String value = parameter(options, name, Integer.toString(preset));
        if (!value.matches("[1-9]\\d{0,8}")) {
            throw new CommandLineOptionException("-p " + name + "=" + value + " is not a positive number");
        }
        return Integer.parseInt(value);
    }

    private static String parameter(CommandLineOptions options, String name, String preset)
            throws CommandLineOptionException {
        Collection<String> values = options.getParameter(name).orElse(List.of(preset));
        if (values.size() != 1) {
            throw new CommandLineOptionException("one value of " + name + " at a time, not " + values);
        }
        return values.iterator().next();
    }
}
