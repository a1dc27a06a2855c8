package io.panext.jmh;

import io.panext.jmh.peer.Workload;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the benchmarks of a whole model have in common. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
public abstract class ModelBenchmark {

    /** An architecture of the catalogue. */
    @Param("convnextv2_tiny")
    public String model;

    /** Images of a run. */
    @Param("1")
    public int batch;

    /** Edge of an image, in pixels. */
    @Param("224")
    public int size;

    /** Threads that compute. */
    @Param("1")
    public int threads;

    /** What the parameters ask for. */
    final Workload work() {
        return new Workload(model, batch, size, threads);
    }
}
