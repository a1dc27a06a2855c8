package io.panext.jmh.report;

import io.panext.jmh.peer.Workload;

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
 * @param toOnnxRuntime  median as a multiple of ONNX Runtime's
 * @param toDjlPytorch   median as a multiple of DJL's
 * @param toOnednn       median as a multiple of oneDNN's
 * @param peakMebibytes  most memory that a process of its own had resident
 */
public record Row(String model, String layer, int batch, int size, int threads, String runtime, double medianMicros,
        double minMicros, double quarterMicros, double threeQuarterMicros, Double gflops, Double shareOfCeiling,
        Double toOnnxRuntime, Double toDjlPytorch, Double toOnednn, Long peakMebibytes) {

    static Row of(String runtime, Workload work, String layer, Samples samples, double flop, double ceilingGflops,
            Double toOnnxRuntime, Double toDjlPytorch, Double toOnednn, long peakBytes) {
        Double gflops = flop == 0 ? null : flop / samples.median() / 1e3;
        return new Row(work.model(), layer, work.batch(), work.size(), work.threads(), runtime, samples.median(),
                samples.quantile(0), samples.quantile(0.25), samples.quantile(0.75), gflops,
                gflops == null ? null : gflops / (work.threads() * ceilingGflops), toOnnxRuntime, toDjlPytorch,
                toOnednn, peakBytes == 0 ? null : Long.valueOf(peakBytes >> 20));
    }
}
