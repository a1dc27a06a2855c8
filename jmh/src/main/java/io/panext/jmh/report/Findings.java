package io.panext.jmh.report;

import io.panext.jmh.peer.Workload;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All that a run of the suite measured.
 *
 * @param environment   where
 * @param ceiling       of the fp32 operations that one core can do; null if that was not measured
 * @param peers         names of the runtimes that others stand beside
 * @param models        whole models
 * @param layers        layers
 */
public record Findings(Environment environment, Ceiling ceiling, List<String> peers, List<ModelTime> models,
        List<LayerTime> layers) {

    private static final String ONEDNN = column("oneDNN");

    /** Copies the lists, with those together that did the same work. */
    public Findings {
        peers = List.copyOf(peers);
        List<Workload> works = models.stream().map(ModelTime::work).distinct().toList();
        models = models.stream().sorted(Comparator.comparingInt(model -> works.indexOf(model.work()))).toList();
        layers = List.copyOf(layers);
    }

    /** Returns a row for each model and each layer. */
    public List<Row> rows() {
        return Stream.concat(models.stream().map(this::row), layers.stream().map(this::row)).toList();
    }

    /** The columns of whole models' ratios, one for each peer. */
    List<String> peerColumns() {
        return peers.stream().map(Findings::column).toList();
    }

    /** The columns of layers' ratios. */
    List<String> layerColumns() {
        return List.of(ONEDNN);
    }

    private static String column(String runtime) {
        return "/ " + runtime;
    }

    private Row row(ModelTime time) {
        Map<String, Double> ratios = unknownRatios();
        for (ModelTime other : models) {
            if (peers.contains(other.runtime()) && other.work().equals(time.work())) {
                ratios.put(column(other.runtime()), time.samples().median() / other.samples().median());
            }
        }
        return Row.of(time.runtime(), time.work(), "", time.samples(), time.work().flop(), ceilingGflops(),
                time.peakBytes(), ratios);
    }

    private Row row(LayerTime time) {
        Map<String, Double> ratios = unknownRatios();
        layers.stream().filter(other -> other.onOnednn() && other.didWorkOf(time)).findFirst()
                .ifPresent(other -> ratios.put(ONEDNN, time.samples().median() / other.samples().median()));
        return Row.of(time.backend(), time.work(), time.layer(), time.samples(), time.flop(), ceilingGflops(), 0,
                ratios);
    }

    /** Medians are compared with the median: the clock of a processor has fast minutes, which are not those of every sample. */
    private double ceilingGflops() {
        return ceiling == null ? 0 : ceiling.perMicro(0.5) / 1e3;
    }

    private Map<String, Double> unknownRatios() {
        var ratios = new LinkedHashMap<String, Double>();
        Stream.concat(peerColumns().stream(), layerColumns().stream()).forEach(column -> ratios.put(column, null));
        return ratios;
    }
}
