package io.panext.validate;

import io.panext.ConvNeXt;
import io.panext.Session;
import io.panext.image.ImageException;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.zoo.Preprocessing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Runs a model on labelled photographs.
 *
 * <p>Each worker has a session of its own and takes one photograph after the other from decoding to logits: nobody waits
 * for anybody, and the results do not depend on how many there are.
 */
public final class Validation {

    private final ConvNeXt model;

    /**
     * Prepares a validation.
     *
     * @param model loaded to run with one thread; stays the caller's
     * @throws IllegalArgumentException if the model has no classifier, or was loaded for other outputs
     */
    public Validation(ConvNeXt model) {
        Preprocessing preprocessing = model.preprocessing();
        if (model.plan(1, preprocessing.height(), preprocessing.width()).logits().isEmpty()) {
            throw new IllegalArgumentException(model.name() + " has no classifier, so there is nothing to validate");
        }
        this.model = model;
    }

    /**
     * Runs all samples.
     *
     * @param workers  threads, and sessions
     * @param outcomes told of each photograph, one at a time, in no particular order
     */
    public void run(List<Sample> samples, int workers, Consumer<Outcome> outcomes) {
        var queue = new ConcurrentLinkedQueue<Sample>(samples);
        Consumer<Outcome> oneByOne = outcome -> {
            synchronized (outcomes) {
                outcomes.accept(outcome);
            }
        };
        try (ExecutorService executor = Executors.newFixedThreadPool(workers)) {
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < Math.min(workers, samples.size()); i++) {
                running.add(executor.submit(() -> work(queue, oneByOne)));
            }
            running.forEach(worker -> join(worker, queue));
        }
    }

    private void work(ConcurrentLinkedQueue<Sample> queue, Consumer<Outcome> outcomes) {
        Preprocessor preprocessor = new Preprocessor(model.preprocessing());
        try (Session session = model.newSession()) {
            for (Sample sample = queue.poll(); sample != null; sample = queue.poll()) {
                outcomes.accept(outcome(sample, session, preprocessor));
            }
        } catch (RuntimeException | Error e) {
            queue.clear();
            throw e;
        }
    }

    private Outcome outcome(Sample sample, Session session, Preprocessor preprocessor) {
        RgbImage image;
        try {
            image = model.decoder().decode(sample.file());
        } catch (ImageException e) {
            return Outcome.unreadable(sample, e.getMessage());
        }
        preprocessor.write(image, session.input(), 0);
        return Outcome.of(sample, session.run(session.input()));
    }

    private static void join(Future<?> worker, ConcurrentLinkedQueue<Sample> queue) {
        try {
            worker.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } catch (InterruptedException e) {
            queue.clear();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
