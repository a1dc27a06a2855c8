package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Peers;
import io.panext.jmh.peer.Workload;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;

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
    static Subject of(RunResult result) {
        BenchmarkParams params = result.getParams();
        String name = params.getBenchmark();
        String benchmark = name.substring(0, name.lastIndexOf('.'));
        if (benchmark.equals(FmaCeiling.class.getName())) {
            return new Ceiling();
        }
        if (benchmark.equals(WholeModel.class.getName())) {
            return new Model(new Panext(BackendChoice.valueOf(params.getParam("backend")),
                    Precision.valueOf(params.getParam("precision"))), work(params, number(params, "threads")));
        }
        if (benchmark.equals(PeerModel.class.getName())) {
            return new Model(Peers.valueOf(params.getParam("peer")).peer(), work(params, number(params, "threads")));
        }
        if (benchmark.equals(LayerKernel.class.getName())) {
            return new Kernel(BackendChoice.valueOf(params.getParam("backend")), work(params, 1),
                    Layer.valueOf(params.getParam("layer")), number(params, "stage"));
        }
        return new Other(name);
    }

    private static Workload work(BenchmarkParams params, int threads) {
        return new Workload(params.getParam("model"), number(params, "batch"), number(params, "size"), threads);
    }

    private static int number(BenchmarkParams params, String name) {
        return Integer.parseInt(params.getParam(name));
    }
}
