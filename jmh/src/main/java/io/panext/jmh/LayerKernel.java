package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.compile.Backend;
import io.panext.dnnl.DnnlBackend;
import io.panext.dnnl.WeightLayout;
import io.panext.jmh.peer.Workload;
import io.panext.onednn.DataType;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import io.panext.simd.SimdBackend;
import io.panext.zoo.checkpoint.CheckpointException;
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

/** One layer at the size that it has in a model, on one thread: the Vector API's kernel or oneDNN's. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = {"--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 4, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class LayerKernel {

    /** An architecture of the catalogue. */
    @Param("convnextv2_tiny")
    public String model;

    /** Images of a run. */
    @Param("1")
    public int batch;

    /** Edge of an image, in pixels. */
    @Param("224")
    public int size;

    /** The layer. */
    @Param
    public Layer layer;

    /** Whose first block it is from. */
    @Param({"0", "1", "2", "3"})
    public int stage;

    /** Whose kernel. */
    @Param({"SIMD", "ONEDNN"})
    public BackendChoice backend;

    private LayerRun loaded;

    /** Loads the layer and checks its result. */
    @Setup
    public void open() throws CheckpointException, OnednnUnavailableException {
        loaded = new LayerRun(layer, backend(), new Workload(model, batch, size, 1), stage);
        loaded.requireExactResult();
    }

    private Backend backend() throws OnednnUnavailableException {
        if (backend == BackendChoice.SIMD) {
            return new SimdBackend();
        }
        if (backend == BackendChoice.ONEDNN && Onednn.find().isPresent()) {
            return new DnnlBackend(DataType.F32, WeightLayout.PACKED);
        }
        throw new IllegalStateException("no kernels of " + backend);
    }

    /** One run. */
    @Benchmark
    public void run() {
        loaded.run();
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        loaded.close();
    }
}
