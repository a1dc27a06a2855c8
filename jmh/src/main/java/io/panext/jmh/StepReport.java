package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Workload;
import io.panext.jmh.report.ReportFiles;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Measures where the time of a whole model goes, step by step, beside what each step needs at least, and writes it as
 * {@link Report} does. All is timed in one process: steps as they follow each other in a run, what the processor can do
 * at most, and ONNX Runtime.
 *
 * <p>Takes some of JMH's own options: {@code -p model=}, {@code batch=}, {@code size=}, {@code threads=} and
 * {@code backend=}, one value each, {@code -wi} rounds to warm up and {@code -i} rounds that count. Precision is fp32,
 * whose ceiling it measures; all threads share each step, also
 * of a batch that a session would by itself divide among them. It needs a gigabyte and the model's weights three times over, off the heap.
 */
public final class StepReport {

    /** More than the caches of any processor hold. */
    private static final long MEMORY_BYTES = 1L << 30;

    private static final int WARMUPS = 10;
    private static final int ROUNDS = 40;

    private StepReport() {}

    /** Runs the model. */
    public static void main(String[] args) throws CommandLineOptionException, IOException {
        var command = new CommandLineOptions(args);
        var work = new Workload(parameter(command, "model", "convnextv2_tiny"),
                Integer.parseInt(parameter(command, "batch", "1")), Integer.parseInt(parameter(command, "size", "224")),
                Integer.parseInt(parameter(command, "threads", "1")));
        var panext = new Panext(BackendChoice.valueOf(parameter(command, "backend", "AUTO")), Precision.FP32);
        try (var runs = new StepRuns(panext, work, MEMORY_BYTES)) {
            System.out.print(ReportFiles.write(runs.run(command.getWarmupIterations().orElse(WARMUPS),
                    command.getMeasurementIterations().orElse(ROUNDS)), Report.folder()));
        }
    }

    private static String parameter(CommandLineOptions command, String name, String preset) {
        Collection<String> values = command.getParameter(name).orElse(List.of(preset));
        if (values.size() != 1) {
            throw new IllegalArgumentException("one value of " + name + " at a time, not " + values);
        }
        return values.iterator().next();
    }
}
