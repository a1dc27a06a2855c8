package io.panext.jmh;

import io.panext.jmh.peer.Agreement;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Peers;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** What {@link WholeModel} does, done by another runtime on the same weights and images. */
@Fork(value = 3, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow"})
public class PeerModel extends ModelBenchmark {

    /** The runtime. */
    @Param
    public Peers peer;

    private Peer.Model loaded;

    /** Loads the model and checks that it does the same work. */
    @Setup
    public void open() throws IOException {
        loaded = peer.peer().open(work());
        Agreement.require(peer.peer(), loaded, work());
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
