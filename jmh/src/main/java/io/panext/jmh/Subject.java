package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Peers;
import io.panext.jmh.peer.Workload;

/** What a benchmark measured. */
sealed interface Subject {

    /** {@link FmaCeiling}. */
    record Ceiling() implements Subject {}

    /** {@link WholeModel} or {@link PeerModel}. */
    record Model(Peer peer, Workload work) implements Subject {}

    /** {@link LayerKernel}. */
    record Kernel(BackendChoice backend, Workload work, Layer layer, int stage) implements Subject {}

    /** A benchmark that reports do not know, by its name. */
    record Other(String benchmark) implements Subject {}

    /** Returns what a result is about. */
    static Subject of(Combination run) {
        if (run.isOf(FmaCeiling.class)) {
            return new Ceiling();
        }
        if (run.isOf(WholeModel.class)) {
            return new Model(new Panext(BackendChoice.valueOf(run.parameter("backend")),
                    Precision.valueOf(run.parameter("precision"))), work(run, number(run, "threads")));
        }
        if (run.isOf(PeerModel.class)) {
            return new Model(Peers.valueOf(run.parameter("peer")).peer(), work(run, number(run, "threads")));
        }
        if (run.isOf(LayerKernel.class)) {
            return new Kernel(BackendChoice.valueOf(run.parameter("backend")), work(run, 1),
                    Layer.valueOf(run.parameter("layer")), number(run, "stage"));
        }
        return new Other(run.benchmark());
    }

    private static Workload work(Combination run, int threads) {
        return new Workload(run.parameter("model"), number(run, "batch"), number(run, "size"), threads);
    }

    private static int number(Combination run, String name) {
        return Integer.parseInt(run.parameter(name));
    }
}
