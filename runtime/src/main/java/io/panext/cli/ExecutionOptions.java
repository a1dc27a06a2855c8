package io.panext.cli;

import io.panext.BackendChoice;
import io.panext.Options;
import io.panext.Precision;
import io.panext.compile.ExecutionMode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a model is run. */
final class ExecutionOptions {

    @Option(names = {"-t", "--threads"}, paramLabel = "N", converter = Threads.class,
            description = "Threads that share the work; default: all processors that this process may use.")
    private int threads = Options.DEFAULT.threads();

    @Option(names = "--backend", paramLabel = "BACKEND",
            description = "Where kernels come from: ${COMPLETION-CANDIDATES}; default: auto, whatever is fastest.")
    private BackendChoice backend = Options.DEFAULT.backend();

    @Option(names = "--precision", paramLabel = "TYPE",
            description = "What is multiplied: ${COMPLETION-CANDIDATES}; default: fp32. bf16 needs oneDNN.")
    private Precision precision = Options.DEFAULT.precision();

    @Option(names = "--mode", paramLabel = "MODE",
            description = "How threads divide a batch: ${COMPLETION-CANDIDATES}; default: auto. In latency mode all share "
                    + "every image, in throughput mode each has images of its own.")
    private ExecutionMode mode = Options.DEFAULT.mode();

    /** Threads that share the work. */
    int threads() {
        return threads;
    }

    /** Returns the options for about so many runs. */
    Options options(long expectedRuns) {
        return Options.DEFAULT.withThreads(threads).withBackend(backend).withPrecision(precision).withMode(mode)
                .withExpectedRuns(expectedRuns);
    }

    private static final class Threads implements ITypeConverter<Integer> {

        @Override
        public Integer convert(String text) {
            int threads = new Positive().convert(text);
            try {
                return Options.DEFAULT.withThreads(threads).threads();
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
