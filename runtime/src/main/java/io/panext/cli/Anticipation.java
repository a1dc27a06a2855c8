package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Options;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What {@code panext classify} will most likely need, made in a thread of its own while picocli reads the annotations of
 * the command: the network that the arguments seem to name, with default options.
 */
final class Anticipation implements AutoCloseable {

    private final String model;
    private final Options options = Options.DEFAULT.withExpectedRuns(1);
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<Network> network;
    private boolean taken;

    /** Begins. */
    Anticipation(String... args) {
        this.model = ModelOption.named(List.of(args));
        this.network = thread.submit(() -> Network.of(ConvNeXt.load(model, options)));
    }

    /**
     * Waits for the network if it is the one that is wanted, which then becomes the caller's.
     *
     * @throws IOException if it cannot be loaded
     */
    Optional<Network> take(String wantedModel, Options wanted) throws IOException {
        if (taken || !wantedModel.equals(model) || !wanted.expectsFewRuns()
                || !wanted.withExpectedRuns(options.expectedRuns()).equals(options)) {
            return Optional.empty();
        }
        taken = true;
        thread.close();
        if (network.state() == Future.State.SUCCESS) {
            return Optional.of(network.resultNow());
        }
        switch (network.exceptionNow()) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    /**
     * Waits until the thread is over, for native code must not lose its library (nor be interrupted while it is loaded),
     * and closes what nobody took.
     */
    @Override
    public void close() {
        thread.close();
        if (!taken && network.state() == Future.State.SUCCESS) {
            network.resultNow().close();
        }
    }
}
