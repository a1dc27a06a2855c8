package io.panext.jmh.report;

import io.panext.BackendChoice;
import io.panext.jmh.peer.Peers;
import io.panext.jmh.peer.Workload;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * All that a run of the suite measured.
 *
 * @param environment   where
 * @param ceilingGflops most fp32 operations that one core did, in GFLOP/s
 * @param models        whole models
 * @param layers        layers
 */
public record Findings(Environment environment, double ceilingGflops, List<ModelTime> models,
        List<LayerTime> layers) {

    /** Copies the lists, with those together that did the same work. */
    public Findings {
        List<Workload> works = models.stream().map(ModelTime::work).distinct().toList();
        models = models.stream().sorted(Comparator.comparingInt(model -> works.indexOf(model.work()))).toList();
        layers = List.copyOf(layers);
    }

    /** Returns a row for each model and each layer. */
    public List<Row> rows() {
        return Stream.concat(models.stream().map(this::row), layers.stream().map(this::row)).toList();
    }

    private Row row(ModelTime time) {
        return Row.of(time.runtime(), time.work(), "", time.samples(), time.work().flop(), ceilingGflops,
                ratio(time, Peers.ONNX_RUNTIME), ratio(time, Peers.DJL_PYTORCH), null, time.peakBytes());
    }

    private Row row(LayerTime time) {
        return Row.of(time.backend(), time.work(), time.layer(), time.samples(), time.flop(), ceilingGflops, null, null,
                ratio(time), 0);
    }

    /** The time of a runtime as a multiple of a peer's for the same work, null if that was not measured. */
    private Double ratio(ModelTime time, Peers peer) {
        String name = peer.peer().name();
        return models.stream().filter(other -> other.runtime().equals(name) && other.work().equals(time.work()))
                .map(other -> time.samples().median() / other.samples().median()).findFirst().orElse(null);
    }

    private Double ratio(LayerTime time) {
        String onednn = BackendChoice.ONEDNN.name();
        return layers.stream()
                .filter(other -> other.backend().equals(onednn) && other.work().equals(time.work())
                        && other.layer().equals(time.layer()))
                .map(other -> time.samples().median() / other.samples().median()).findFirst().orElse(null);
    }
}
