package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Peers;
import io.panext.jmh.peer.Workload;
import io.panext.jmh.report.Environment;
import io.panext.jmh.report.Findings;
import io.panext.jmh.report.LayerTime;
import io.panext.jmh.report.ModelTime;
import io.panext.jmh.report.ReportFiles;
import io.panext.jmh.report.Samples;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Measures panext beside its peers and the ceiling of the processor, and writes what it found to the folder
 * {@code panext.report}, a system property, or to {@code report} in the working directory.
 *
 * <p>Without arguments it runs the marks and the layers of V2 Tiny. It takes JMH's own options: {@code -p
 * model=convnextv2_atto -p threads=1,2} runs whole models in these combinations, {@code LayerKernel -p
 * model=convnext_base} layers, {@code -e PeerModel} leaves the peers out, {@code -f} sets the number of rounds.
 */
public final class Report {

    private static final String FOLDER = "panext.report";

    private Report() {}

    /** Runs the benchmarks. */
    public static void main(String[] args)
            throws RunnerException, CommandLineOptionException, IOException, InterruptedException {
        Environment environment = Environment.here(Instant.now());
        Map<Subject, List<RunResult>> results = Suite.of(new CommandLineOptions(args)).run().stream()
                .collect(Collectors.groupingBy(Subject::of, LinkedHashMap::new, Collectors.toList()));
        var models = new ArrayList<ModelTime>();
        var layers = new ArrayList<LayerTime>();
        double ceiling = 0;
        for (Map.Entry<Subject, List<RunResult>> entry : results.entrySet()) {
            Samples samples = Samples.of(entry.getValue());
            switch (entry.getKey()) {
                case Subject.Ceiling() -> ceiling = FmaCeiling.flop() / samples.quantile(0) / 1e3;
                case Subject.Model(Peer peer, Workload work) ->
                    models.add(new ModelTime(peer.name(), work, samples, peakBytes(peer, work)));
                case Subject.Kernel(BackendChoice backend, Workload work, Layer layer, int stage) ->
                    layers.add(new LayerTime(backend.name(), work, layer + " of stage " + stage,
                            layer.flop(work, stage), samples));
                case Subject.Other(String benchmark) ->
                    System.err.println("in no table: " + benchmark);
            }
        }
        var findings = new Findings(environment, ceiling, Peers.names(), models, layers);
        System.out.println();
        System.out.print(ReportFiles.write(findings, folder()));
    }

    static Path folder() {
        return Path.of(System.getProperty(FOLDER, "report"));
    }

    /** Returns 0 if it cannot be measured: times that took long to take are not lost for it. */
    private static long peakBytes(Peer peer, Workload work) throws InterruptedException {
        try {
            return Footprint.peakBytes(peer, work);
        } catch (IOException e) {
            System.err.println("peak memory unknown: " + e.getMessage());
            return 0;
        }
    }

    /** Median of all iterations of all forks, in microseconds. */
    static double median(RunResult result) {
        return Samples.of(List.of(result)).median();
    }
}
