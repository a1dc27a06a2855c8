package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Peers;
import io.panext.jmh.peer.Workload;
import io.panext.jmh.report.Ceiling;
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
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/**
 * Measures panext beside its peers and the ceiling of the processor, and writes what it found to the folder
 * {@code panext.report}, a system property, or to {@code report} in the working directory. Of what failed it says so,
 * and ends with status 1.
 *
 * <p>Without arguments it runs the marks and the layers of V2 Tiny. It takes JMH's own options: {@code -p
 * model=convnextv2_atto -p threads=1,2} runs whole models in these combinations, {@code LayerKernel -p
 * model=convnext_base} layers, {@code -e PeerModel} leaves the peers out, {@code -f} sets the number of rounds. Mode,
 * unit, operations of a call and JMH's own threads are always the same; JMH's files are refused.
 */
public final class Report {

    private static final String FOLDER = "panext.report";

    private static final String USAGE = """
                                        Report [benchmark...] [option...]

                                        Measures panext beside its peers, and writes report.md, .csv and .json to the folder report, or to that of
                                        -Dpanext.report. Without arguments: the sizes that matter most, and the layers of V2 Tiny, in half an hour.
                                        With -p alone: whole models. -f is how many rounds there are, each in processes of its own. Of JMH's options
                                        -bm, -opi, -t and -tu change nothing, and -o, -rf and -rff are refused.
                                        """;

    private Report() {}

    /** Runs the benchmarks. */
    public static void main(String[] args) throws InterruptedException {
        System.exit(Command.execute(USAGE, Report::run, args));
    }

    private static List<String> run(Command command)
            throws CommandLineOptionException, RunnerException, IOException, InterruptedException {
        Suite suite = Suite.of(command);
        Environment environment = Environment.here(Instant.now());
        Suite.Outcome outcome = suite.run();
        List<String> failures = outcome.failures();
        var models = new ArrayList<ModelTime>();
        var layers = new ArrayList<LayerTime>();
        Ceiling ceiling = null;
        for (Map.Entry<Combination, List<RunResult>> entry : outcome.results().entrySet()) {
            Samples samples = Samples.of(entry.getValue());
            switch (Subject.of(entry.getKey())) {
                case Subject.Ceiling() -> ceiling = new Ceiling(FmaCeiling.flop(), samples);
                case Subject.Model(Peer peer, Workload work) ->
                    models.add(new ModelTime(peer.name(), work, samples, peakBytes(peer, work, failures)));
                case Subject.Kernel(BackendChoice backend, Workload work, Layer layer, int stage) ->
                    layers.add(new LayerTime(backend.name(), work, layer + " of stage " + stage,
                            layer.flop(work, stage), samples));
                case Subject.Other(String benchmark) ->
                    System.err.println("in no table: " + benchmark);
            }
        }
        var findings = new Findings(environment, ceiling, Peers.names(), models, layers);
        System.out.println();
        if (findings.rows().isEmpty()) {
            System.err.println("nothing to write: " + folder() + " is left as it is");
        } else {
            System.out.print(ReportFiles.write(findings, folder()));
        }
        return failures;
    }

    static Path folder() {
        return Path.of(System.getProperty(FOLDER, "report"));
    }

    /** Returns 0 if it cannot be measured: times that took long to take are not lost for it. */
    private static long peakBytes(Peer peer, Workload work, List<String> failures) throws InterruptedException {
        try {
            return Footprint.peakBytes(peer, work);
        } catch (IOException e) {
            failures.add("peak memory: " + e.getMessage());
            return 0;
        }
    }
}
