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
        this.model = model(List.of(args));
        this.network = thread.submit(() -> Network.of(ConvNeXt.load(model, options)));
    }

    private static String model(List<String> args) {
        for (int i = 1; i < args.size(); i++) {
            if (ModelOption.NAMES.contains(args.get(i - 1))) {
                return args.get(i);
            }
        }
        return ConvNeXt.EMBEDDED;
    }

    /**
     * Waits for the network if it is the one that is wanted, for a few runs; it becomes the caller's.
     *
     * @throws IOException if it cannot be loaded
     */
    Optional<Network> take(String wantedModel, Options wanted) throws IOException {
        if (taken || !wantedModel.equals(model)
                || !wanted.withExpectedRuns(options.expectedRuns()).equals(options)) {
            return Optional.empty();
        }
        thread.close();
        if (network.state() == Future.State.SUCCESS) {
            taken = true;
            return Optional.of(network.resultNow());
        }
        switch (network.exceptionNow()) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    /** Waits until it is over, for native code must not lose its library, and closes what nobody took. */
    @Override
    public void close() {
        thread.close();
        if (!taken && network.state() == Future.State.SUCCESS) {
            network.resultNow().close();
        }
    }
}
