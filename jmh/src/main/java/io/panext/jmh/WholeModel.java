package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Workload;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A whole model from normalised pixels to logits, on weights that follow from their names. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = {"--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
public class WholeModel {

    /** An architecture of the catalogue. */
    @Param("convnextv2_tiny")
    public String model;

    /** Images of a run. */
    @Param("1")
    public int batch;

    /** Edge of an image, in pixels. */
    @Param("224")
    public int size;

    /** Workers of the session. */
    @Param("1")
    public int threads;

    /** Where kernels come from. */
    @Param("AUTO")
    public BackendChoice backend;

    /** Type of the numbers that are multiplied. */
    @Param("FP32")
    public Precision precision;

    private Peer.Model loaded;

    /** Loads the model and makes an input. */
    @Setup
    public void open() throws IOException {
        loaded = new Panext(backend, precision).open(new Workload(model, batch, size, threads));
    }

    /** One run. */
    @Benchmark
    public Object run() {
        return loaded.run();
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        loaded.close();
    }
}
