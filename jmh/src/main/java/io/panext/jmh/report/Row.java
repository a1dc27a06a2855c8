package io.panext.jmh.report;

import io.panext.jmh.peer.Workload;
import java.util.Map;

/**
 * A line of the report. What does not apply, or was not measured, is null, and empty in a file.
 *
 * @param model          whose time it is
 * @param layer          which of its layers; empty for the whole model
 * @param batch          images of a run
 * @param size           edge of an image, in pixels
 * @param threads        that computed
 * @param runtime        what ran it
 * @param medianMicros   of all iterations of all processes
 * @param minMicros      the shortest of them
 * @param quarterMicros  a quarter of them took no longer
 * @param threeQuarterMicros three quarters of them took no longer
 * @param gflops         operations in a nanosecond
 * @param shareOfCeiling of what its threads could do at most
 * @param peakMebibytes  most memory that a process of its own had resident
 * @param ratios         median as a multiple of others', by the column that it stands in: {@code / ONNX Runtime}
 */
public record Row(String model, String layer, int batch, int size, int threads, String runtime, double medianMicros,
        double minMicros, double quarterMicros, double threeQuarterMicros, Double gflops, Double shareOfCeiling,
        Long peakMebibytes, Map<String, Double> ratios) {

    static Row of(String runtime, Workload work, String layer, Samples samples, double flop, double ceilingGflops,
            long peakBytes, Map<String, Double> ratios) {
        Double gflops = flop == 0 ? null : flop / samples.median() / 1e3;
        return new Row(work.model(), layer, work.batch(), work.size(), work.threads(), runtime, samples.median(),
                samples.quantile(0), samples.quantile(0.25), samples.quantile(0.75), gflops,
                gflops == null || ceilingGflops == 0 ? null : gflops / (work.threads() * ceilingGflops),
                peakBytes == 0 ? null : Long.valueOf(peakBytes >> 20), ratios);
    }
}
