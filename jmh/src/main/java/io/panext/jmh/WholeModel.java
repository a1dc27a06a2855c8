package io.panext.jmh;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Peer;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A whole model from normalised pixels to logits, on weights that follow from their names. */
public class WholeModel extends ModelBenchmark {

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
        loaded = new Panext(backend, precision).open(work());
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
