package io.panext.jmh.peer;

import io.panext.BackendChoice;
import io.panext.Precision;
import java.util.List;
import java.util.stream.Stream;

/** The runtimes that panext is measured against. */
public enum Peers {

    /** ONNX Runtime, through its own Java API. */
    ONNX_RUNTIME,

    /** PyTorch, through Deep Java Library. */
    DJL_PYTORCH;

    /** The runtime. */
    public Peer peer() {
        return switch (this) {
            case ONNX_RUNTIME -> new OnnxRuntime();
            case DJL_PYTORCH -> new DjlPytorch();
        };
    }

    /** Returns the names that reports give them. */
    public static List<String> names() {
        return Stream.of(values()).map(peers -> peers.peer().name()).toList();
    }

    /**
     * Finds a runtime, panext's variants among them.
     *
     * @throws IllegalArgumentException if none has the name
     */
    public static Peer named(String name) {
        Stream<Peer> own = Stream.of(BackendChoice.values())
                .flatMap(backend -> Stream.of(Precision.values()).map(precision -> new Panext(backend, precision)));
        return Stream.concat(own, Stream.of(values()).map(Peers::peer)).filter(peer -> peer.name().equals(name))
                .findFirst().orElseThrow(() -> new IllegalArgumentException("no runtime is called " + name));
    }
}
