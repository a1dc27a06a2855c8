package io.panext.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Workload;
import io.panext.jmh.report.StepFindings;
import io.panext.jmh.report.StepKind;
import io.panext.jmh.report.StepTime;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepRunsTest {

    /** Whatever the batch, two threads share each step. */
    @ParameterizedTest
    @CsvSource({"2, 1", "8, 1", "1, 2", "4, 2"})
    void stepsDoAllTheWorkOfTheModel(int batch, int threads) throws IOException {
        var work = new Workload("convnextv2_atto", batch, 64, threads);
        try (var runs = new StepRuns(new Panext(BackendChoice.SIMD, Precision.FP32), work, 1 << 20)) {
            StepFindings findings = runs.run(1, 2);
            List<StepTime> steps = findings.steps();
            assertEquals(work.flop(), sum(steps, StepKind::flop));
            assertTrue(sum(steps, StepKind::weightBytes) >= 4.0 * work.spec().parameterCount());
            // 12 blocks, of which 6 are in stage 3, and the head's norm
            assertEquals(13, count(findings, "depthwise convolutions, norms"));
            assertEquals(12, count(findings, "linears of stage 3"));
            assertEquals(4, count(findings, "stem, downsampling"));
            assertEquals(6, findings.whole().micros().size());
            assertTrue(steps.stream().allMatch(time -> time.samples().micros().size() == 6));
        }
    }

    @Test
    void bf16ProductsHaveACeilingOfTheirOwn() throws IOException, OnednnUnavailableException {
        assumeTrue(Onednn.find().map(onednn -> onednn.isa().bf16()).orElse(false));
        var work = new Workload("convnextv2_atto", 1, 64, 1);
        try (var runs = new StepRuns(new Panext(BackendChoice.ONEDNN, Precision.BF16), work, 1 << 20)) {
            StepFindings findings = runs.run(1, 2);
            assertEquals(Bf16Ceiling.FLOP, findings.ceilings().products().amount());
            assertEquals(6, findings.ceilings().products().samples().micros().size());
            assertTrue(findings.steps().stream().map(StepTime::kind)
                    .allMatch(kind -> kind.isProduct() == kind.kernel().endsWith("bf16")));
        }
    }

    private static double sum(List<StepTime> steps, ToDoubleFunction<StepKind> amount) {
        return steps.stream().mapToDouble(time -> time.count() * amount.applyAsDouble(time.kind())).sum();
    }

    private static int count(StepFindings findings, String part) {
        return findings.rows().stream().filter(row -> row.part().equals(part) && row.kernel().isEmpty()).findFirst()
                .orElseThrow().count();
    }
}
