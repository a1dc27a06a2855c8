package io.panext.jmh.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.AverageTimeResult;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.RunResult;

class SamplesTest {

    @Test
    void areMicrosecondsOfAnOperation() {
        assertEquals(List.of(1500.0), Samples.of(List.of(result(TimeUnit.MICROSECONDS))).micros());
    }

    @Test
    void anotherUnitIsRefused() {
        List<RunResult> results = List.of(result(TimeUnit.MILLISECONDS));
        var e = assertThrows(IllegalArgumentException.class, () -> Samples.of(results));
        assertEquals("ms/op instead of us/op", e.getMessage());
    }

    /** Two operations in three milliseconds. */
    private static RunResult result(TimeUnit unit) {
        var iteration = new IterationResult(null, null, null);
        iteration.addResult(new AverageTimeResult(ResultRole.PRIMARY, "run", 2, 3_000_000, unit));
        return new RunResult(null, List.of(new BenchmarkResult(null, List.of(iteration))));
    }
}
