package io.panext.jmh.report;

import io.panext.BackendChoice;
import io.panext.jmh.peer.Workload;

/**
 * One layer on one backend.
 *
 * @param backend whose kernel
 * @param work    whose layer
 * @param layer   which layer, in which stage
 * @param flop    operations of a run: multiplications and additions of convolutions and linears
 * @param samples times of a run
 */
public record LayerTime(String backend, Workload work, String layer, double flop, Samples samples) {

    /** Whether it is oneDNN's. */
    boolean onOnednn() {
        return backend.equals(BackendChoice.ONEDNN.name());
    }

    /** Whether another did the same work. */
    boolean didWorkOf(LayerTime other) {
        return work.equals(other.work) && layer.equals(other.layer);
    }
}
