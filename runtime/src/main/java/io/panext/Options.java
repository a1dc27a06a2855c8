package io.panext;

import io.panext.compile.ExecutionMode;
import io.panext.compile.Program;
import io.panext.graph.Outputs;
import io.panext.image.ImageDecoder;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How a model is run.
 *
 * @param threads      workers of each session, the calling thread included
 * @param decoder      how files become pixels: orientation and the limit of their size
 * @param compiler     what the compiler may do
 * @param backend      where kernels come from
 * @param precision    type of the numbers that are multiplied
 * @param mode         how workers divide a batch
 * @param expectedRuns how often the model will run, roughly: for a few runs kernels, layouts of weights and folds are
 *                     taken that are ready soon, and round a little differently
 * @param outputs      what runs are to give
 */
public record Options(int threads, ImageDecoder decoder, Program.Options compiler, BackendChoice backend,
        Precision precision, ExecutionMode mode, long expectedRuns, Outputs outputs) {

    private static final String BACKEND = "panext.backend";
    private static final int MAX_THREADS = 1024;

    /**
     * All processors that this process may use, orientation respected, everything that makes it fast, for as long as it
     * may be. The system property {@code panext.backend} sets another backend.
     */
    public static final Options DEFAULT = new Options(
            Math.min(Runtime.getRuntime().availableProcessors(), Options.MAX_THREADS),
            ImageDecoder.DEFAULT, Program.Options.FAST, defaultBackend(), Precision.FP32, ExecutionMode.AUTO,
            Long.MAX_VALUE, Outputs.ALL);

    /** Runs after which kernels of the Vector API have made up for the time that they take to be compiled. */
    private static final long WARM_UP_RUNS = 100;

    /** @throws IllegalArgumentException if there are no threads, or more than 1024 */
    public Options {
        Objects.requireNonNull(decoder, "decoder");
        Objects.requireNonNull(compiler, "compiler");
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(precision, "precision");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(outputs, "outputs");
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads " + threads + " is outside 1.." + MAX_THREADS);
        }
    }

    private static BackendChoice defaultBackend() {
        String name = System.getProperty(BACKEND, BackendChoice.AUTO.toString());
        return Stream.of(BackendChoice.values()).filter(choice -> choice.toString().equalsIgnoreCase(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(BACKEND + "=" + name + ": must be one of "
                        + Arrays.toString(BackendChoice.values())));
    }

    /** Whether it matters more how soon the first runs are over than how fast later ones are. */
    public boolean expectsFewRuns() {
        return expectedRuns < WARM_UP_RUNS;
    }

    /** Returns these options with another number of threads. */
    public Options withThreads(int newThreads) {
        return new Options(newThreads, decoder, compiler, backend, precision, mode, expectedRuns, outputs);
    }

    /** Returns these options with another decoder. */
    public Options withDecoder(ImageDecoder newDecoder) {
        return new Options(threads, newDecoder, compiler, backend, precision, mode, expectedRuns, outputs);
    }

    /** Returns these options with another liberty for the compiler. */
    public Options withCompiler(Program.Options newCompiler) {
        return new Options(threads, decoder, newCompiler, backend, precision, mode, expectedRuns, outputs);
    }

    /** Returns these options with another backend. */
    public Options withBackend(BackendChoice newBackend) {
        return new Options(threads, decoder, compiler, newBackend, precision, mode, expectedRuns, outputs);
    }

    /** Returns these options with another precision. */
    public Options withPrecision(Precision newPrecision) {
        return new Options(threads, decoder, compiler, backend, newPrecision, mode, expectedRuns, outputs);
    }

    /** Returns these options with another way to divide batches. */
    public Options withMode(ExecutionMode newMode) {
        return new Options(threads, decoder, compiler, backend, precision, newMode, expectedRuns, outputs);
    }

    /** Returns these options for another number of runs. */
    public Options withExpectedRuns(long newExpectedRuns) {
        return new Options(threads, decoder, compiler, backend, precision, mode, newExpectedRuns, outputs);
    }

    /** Returns these options with other outputs. */
    public Options withOutputs(Outputs newOutputs) {
        return new Options(threads, decoder, compiler, backend, precision, mode, expectedRuns, newOutputs);
    }
}
