package io.panext.jmh;

import io.panext.jmh.peer.Agreement;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Peers;
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

/** What {@link WholeModel} does, done by another runtime on the same weights and images. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
public class PeerModel {

    /** The runtime. */
    @Param
    public Peers peer;

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

    private Peer.Model loaded;

    /** Loads the model and checks that it does the same work. */
    @Setup
    public void open() throws IOException {
        var work = new Workload(model, batch, size, threads);
        loaded = peer.peer().open(work);
        Agreement.require(peer.peer(), loaded, work);
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
