package io.panext.jmh.peer;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Peer.Model;
import java.io.IOException;

/** Whether a peer does the same work: its logits are those of panext's own kernels. */
public final class Agreement {

    /**
     * How far logits may be apart, as a share of the largest: sums of fp32 in another order. Five millionths have been
     * seen; a wrong weight, eps or padding is off by hundredths.
     */
    public static final float TOLERANCE = 2e-5f;

    private Agreement() {}

    /**
     * Compares one run of a peer with one of panext.
     *
     * @throws IllegalStateException if their logits differ
     */
    public static void require(Peer peer, Model model, Workload work) throws IOException {
        float[] actual = model.run();
        float[] expected;
        try (Model own = new Panext(BackendChoice.SIMD, Precision.FP32).open(work)) {
            expected = own.run();
        }
        if (actual.length != expected.length) {
            throw new IllegalStateException(
                    peer.name() + " gives " + actual.length + " logits instead of " + expected.length);
        }
        float largest = 0;
        float difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
        }
        // a difference that is NaN is not small either
        if (!(difference <= TOLERANCE * largest)) {
            throw new IllegalStateException(peer.name() + " does other work: on " + work + " its logits are "
                    + difference + " away from panext's, of which the largest is " + largest);
        }
    }
}
