package io.panext.jmh.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.panext.jmh.peer.Peers;
import io.panext.jmh.peer.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingsTest {

    private static final Workload WORK = new Workload("convnextv2_tiny", 2, 224, 2);
    private static final Workload OTHER = new Workload("convnextv2_tiny", 1, 224, 2);
    private static final Environment ENVIRONMENT = new Environment("now", "a machine", "a system", "a jvm", "c0ffee",
            Map.of("panext", "1"));

    private static final String ONNX_RUNTIME = Peers.ONNX_RUNTIME.peer().name();
    private static final String DJL_PYTORCH = Peers.DJL_PYTORCH.peer().name();

    /** 100 GFLOP/s at the median, 200 at most. */
    private static final Ceiling CEILING = new Ceiling(1e6, samples(10, 5, 20));

    private static final Findings FINDINGS = new Findings(ENVIRONMENT, CEILING,
            List.of(ONNX_RUNTIME, DJL_PYTORCH, "New"),
            List.of(model("panext auto", WORK, 100_000, 300_000, 200_000), model("panext auto", OTHER, 100_000),
                    model(ONNX_RUNTIME, WORK, 500_000),
                    model(DJL_PYTORCH, WORK, 800_000), model("New", OTHER, 50_000)),
            List.of(layer("SIMD", 30), layer("ONEDNN", 20)));

    private static ModelTime model(String runtime, Workload work, double... micros) {
        return new ModelTime(runtime, work, samples(micros), 3 << 20);
    }

    private static LayerTime layer(String backend, double micros) {
        return new LayerTime(backend, WORK, "DEPTHWISE of stage 0", 3e6, samples(micros));
    }

    private static Samples samples(double... micros) {
        return new Samples(DoubleStream.of(micros).boxed().toList());
    }

    @Test
    void ratiosAreOfMediansOnTheSameWork() {
        Row row = FINDINGS.rows().getFirst();
        assertEquals(200_000, row.medianMicros());
        assertEquals(0.4, row.ratios().get("/ ONNX Runtime"), 1e-12);
        assertEquals(0.25, row.ratios().get("/ DJL PyTorch"), 1e-12);
        assertNull(row.ratios().get("/ New"));
        assertEquals(2, FINDINGS.rows().get(3).ratios().get("/ New"), 1e-12);
    }

    @Test
    void shareIsOfWhatAllThreadsCouldDo() {
        Row row = FINDINGS.rows().getFirst();
        double flop = 2.0 * 2 * WORK.spec().macs(224, 224);
        assertEquals(flop / 0.2 / 1e9 / 200, row.shareOfCeiling(), 1e-9);
        String markdown = Markdown.of(FINDINGS);
        assertTrue(markdown.contains("FMA ceiling of one core: 100.0 GFLOP/s (at most 200.0)"), markdown);
    }

    @Test
    void withoutTheCeilingThereIsNoShareOfIt() {
        var findings = new Findings(ENVIRONMENT, null, List.of(), FINDINGS.models(), FINDINGS.layers());
        assertNull(findings.rows().getFirst().shareOfCeiling());
        assertFalse(Markdown.of(findings).contains("ceiling of one core"));
    }

    @Test
    void layersStandBesideOnednn() {
        List<Row> rows = FINDINGS.rows();
        assertEquals(1.5, rows.get(5).ratios().get("/ oneDNN"), 1e-12);
        assertEquals(1, rows.get(6).ratios().get("/ oneDNN"), 1e-12);
        assertEquals(100, rows.get(5).gflops(), 1e-9);
    }

    @Test
    void quantilesLieBetweenSamples() {
        Samples samples = samples(4, 1, 2, 3);
        assertEquals(1, samples.quantile(0));
        assertEquals(1.75, samples.quantile(0.25));
        assertEquals(2.5, samples.median());
        assertEquals(4, samples.quantile(1));
    }

    /** Nothing but its name is known of the third. */
    @Test
    void everyPeerHasAColumnInEveryFile(@TempDir Path folder) throws IOException {
        String markdown = ReportFiles.write(FINDINGS, folder);
        assertTrue(markdown.contains("| share of the ceiling | / ONNX Runtime | / DJL PyTorch | / New | peak MiB |"),
                markdown);
        assertTrue(markdown.contains(" | 0.40 | 0.25 |  | 3 |"), markdown);
        List<String> csv = Files.readAllLines(folder.resolve("report.csv"));
        assertTrue(csv.getFirst().endsWith("peakMebibytes,\"/ ONNX Runtime\",\"/ DJL PyTorch\",\"/ New\",\"/ oneDNN\""),
                csv.getFirst());
        assertTrue(csv.get(1).endsWith(",3,0.4,0.25,,"), csv.get(1));
        JsonNode json = JsonMapper.builder().build().readTree(folder.resolve("report.json").toFile());
        assertEquals(0.25, json.at("/rows/0/ratios").get("/ DJL PyTorch").asDouble());
        assertTrue(json.at("/rows/0/ratios").has("/ New"));
    }

    @Test
    void filesHoldTheSame(@TempDir Path folder) throws IOException {
        String markdown = ReportFiles.write(FINDINGS, folder.resolve("new"));
        assertEquals(markdown, Files.readString(folder.resolve("new/report.md")));
        assertTrue(markdown.contains("commit c0ffee"), markdown);
        assertTrue(markdown.contains("| convnextv2_tiny | 224 | 2 | 2 | panext auto | 200 | 100 | 150 to 250 |"),
                markdown);
        List<String> csv = Files.readAllLines(folder.resolve("new/report.csv"));
        assertEquals(1 + FINDINGS.rows().size(), csv.size());
        assertTrue(csv.getFirst().startsWith("model,layer,batch,size,threads,runtime,medianMicros"), csv.getFirst());
        JsonNode json = JsonMapper.builder().build().readTree(folder.resolve("new/report.json").toFile());
        assertEquals(300_000, json.at("/models/0/samples/micros/1").asDouble());
        assertEquals("c0ffee", json.at("/environment/commit").asText());
    }
}
