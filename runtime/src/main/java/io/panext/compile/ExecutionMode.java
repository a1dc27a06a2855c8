package io.panext.compile;

import io.panext.graph.Shape;
import java.util.Locale;

/** How the workers of a session divide a batch. */
public enum ExecutionMode {

    /** Throughput where every worker gets as many images as the others, latency otherwise. */
    AUTO,

    /** All workers share every image, step by step: the first answer comes soonest. */
    LATENCY,

    /**
     * Every worker runs images of its own from the first step to the last and waits for nobody: most images a second.
     * Steps whose maps are larger than their weights it runs image by image, later ones on a few images together. Of a
     * large batch only those that are being run take memory. Masked images are always shared.
     */
    THROUGHPUT;

    /** Images that read the weights together: more gain little, and take memory. */
    private static final int MOST_IMAGES = 4;

    /** Returns whether all workers share every image. */
    boolean shares(Shape images, int workers) {
        return images.visible().isPresent() || switch (this) {
            case AUTO -> images.images() % workers != 0;
            case LATENCY -> true;
            case THROUGHPUT -> false;
        };
    }

    /** Returns how many images run together: all of them if they are shared, otherwise what divides the batch evenly. */
    int imagesAtATime(Shape images, int workers) {
        int batch = images.images();
        if (shares(images, workers)) {
            return batch;
        }
        int together = Math.min(batch / workers, MOST_IMAGES);
        while (together > 1 && batch % (together * workers) != 0) {
            together--;
        }
        return Math.max(1, together);
    }

    /** Returns the name as users write it: in lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
