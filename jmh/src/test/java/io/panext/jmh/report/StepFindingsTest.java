package io.panext.jmh.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.panext.jmh.peer.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepFindingsTest {

    /** 100 GFLOP/s, 200 of products; 50 GB/s from cache, 20 with the weights, 10 from memory. */
    private static final Ceilings CEILINGS = new Ceilings(ceiling(100_000), ceiling(200_000), ceiling(50_000),
            ceiling(20_000), ceiling(10_000));

    /** 11 µs of operations, 8 of them in products, 3 for GELU, 10 µs of weights, 8 µs of maps and weights. */
    private static final StepTime LINEAR = time(
            new StepKind("linears of stage 1", "gemm + gelu", "1x8x8x4", "1x8x8x16", true, 16e5, 3e5, 200_000, 200_000),
            2, 50, 40, 60);

    /** 1 µs of operations, 15 µs of weights, 6 µs of maps and weights. */
    private static final StepTime SMALL = time(
            new StepKind("linears of stage 1", "gemm", "1x1x1x4", "1x1x1x16", false, 1e5, 0, 300_000, 0), 1, 30, 30,
            30);

    /** 1 µs of operations, no weights to speak of, 4 µs of maps. */
    private static final StepTime DEPTHWISE = time(
            new StepKind("depthwise", "depthwise 7x7", "1x8x8x4", "1x8x8x4", false, 1e5, 0, 0, 200_000), 1, 8, 8, 8);

    private static final StepFindings FINDINGS = findings(1);

    private static StepFindings findings(int threads) {
        return new StepFindings(new Environment("now", "a machine", "a system", "a jvm", "c0ffee", Map.of()), "panext",
                new Workload("convnextv2_atto", 1, 224, threads), CEILINGS, List.of(LINEAR, SMALL, DEPTHWISE),
                samples(100), samples(300, 200, 200));
    }

    private static Ceiling ceiling(double perMicro) {
        return new Ceiling(perMicro, samples(1));
    }

    private static StepTime time(StepKind kind, int count, double... micros) {
        return new StepTime(kind, count, samples(micros));
    }

    private static Samples samples(double... micros) {
        return new Samples(Arrays.stream(micros).boxed().toList());
    }

    @Test
    void aStepIsBoundByWhatTakesLongest() {
        assertEquals(Limit.FMA, row("gemm + gelu").limit());
        assertEquals(Limit.WEIGHTS, row("gemm").limit());
        assertEquals(15, row("gemm").boundMicros(), 1e-9);
        assertEquals(0.5, row("gemm").shareOfBound(), 1e-9);
        assertEquals(Limit.CACHE, row("depthwise 7x7").limit());
        assertEquals(4, row("depthwise 7x7").boundMicros(), 1e-9);
    }

    @Test
    void equalStepsAreSummed() {
        StepRow row = row("gemm + gelu");
        assertEquals(2, row.count());
        assertEquals(50, row.medianMicros());
        assertEquals(42.5, row.fastMicros());
        assertEquals(22, row.boundMicros(), 1e-9);
        // GELU is bounded, but no operation that anybody counts
        assertEquals(2 * 16e5 / 42.5 / 1e3, row.gflops(), 1e-9);
    }

    @Test
    void partsAndAllAreSumsOfTheirSteps() {
        StepRow part = FINDINGS.rows().get(1);
        assertEquals("linears of stage 1", part.part());
        assertNull(part.limit());
        assertEquals(3, part.count());
        assertEquals(80, part.medianMicros());
        assertEquals(37, part.boundMicros(), 1e-9);
        StepRow all = FINDINGS.rows().get(2);
        assertEquals("all", all.part());
        assertEquals(88, all.medianMicros());
        assertEquals(41, all.boundMicros(), 1e-9);
        assertEquals(41 / 80.5, all.shareOfBound(), 1e-9);
    }

    @Test
    void marksStandBesideOnnxRuntime() {
        assertEquals(List.of(1.0, 0.5, 0.44, 0.205, 0.09),
                FINDINGS.marks().stream().map(StepFindings.Mark::toOnnxRuntime).toList());
        assertEquals(0.18, FINDINGS.shareOfCeiling(0.5), 1e-9);
    }

    @Test
    void twoThreadsAreGrantedTwiceAsMuch() {
        assertEquals(20.5, findings(2).rows().get(2).boundMicros(), 1e-9);
    }

    @Test
    void filesHoldTheSame(@TempDir Path folder) throws IOException {
        String markdown = ReportFiles.write(FINDINGS, folder);
        assertEquals(markdown, Files.readString(folder.resolve("steps.md")));
        assertTrue(
                markdown.contains("| depthwise 7x7 | 1x8x8x4 | 1x8x8x4 | 1 | 0.01 | 0.01 | 13 | 0.00 | 50 % | CACHE |"),
                markdown);
        List<String> csv = Files.readAllLines(folder.resolve("steps.csv"));
        assertEquals(1 + FINDINGS.rows().size(), csv.size());
        assertTrue(csv.getFirst().startsWith("part,kernel,input,output,count,medianMicros"), csv.getFirst());
        JsonNode json = JsonMapper.builder().build().readTree(folder.resolve("steps.json").toFile());
        assertEquals("gemm", json.at("/steps/1/kind/kernel").asText());
        assertEquals(40, json.at("/steps/0/samples/micros/1").asDouble());
    }

    private static StepRow row(String kernel) {
        return FINDINGS.rows().stream().filter(row -> row.kernel().equals(kernel)).findFirst().orElseThrow();
    }
}
