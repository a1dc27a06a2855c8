package io.panext.jmh.peer;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.panext.onednn.CacheFolder;
import io.panext.zoo.checkpoint.ModelWeights;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * PyTorch's CPU library through Deep Java Library. The engine serves a whole process, with the threads of the first
 * workload; its libraries come from the class path, and it never asks a network.
 */
record DjlPytorch() implements Peer {

    private static final String ENGINE = "PyTorch";

    @Override
    public String name() {
        return "DJL " + ENGINE;
    }

    @Override
    public String version() {
        Engine engine = engine(1);
        return Engine.getDjlVersion() + " with " + ENGINE + " " + engine.getVersion();
    }

    /** The first call decides how many threads there are: PyTorch cannot change that. */
    private static Engine engine(int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ENGINE_CACHE_DIR", CacheFolder.ofUser().path().resolve("djl").toString());
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        return Engine.getEngine(ENGINE);
    }

    private static NDManager manager(Workload work) {
        return engine(work.threads()).newBaseManager(Device.cpu());
    }

    @Override
    public Path write(Workload work, Path folder) throws IOException {
        Path file = folder.resolve(work.model() + ".ndlist");
        try (ModelWeights weights = work.weights();
                NDManager manager = manager(work);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            DjlNetwork.parameters(work.graph(weights), manager).encode(out);
        }
        return file;
    }

    @Override
    public Model load(Path file, Workload work) throws IOException {
        NDManager manager = manager(work);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return new Loaded(manager, NDList.decode(manager, in), work);
        }
    }

    private static final class Loaded implements Model {

        private final NDManager manager;
        private final DjlNetwork network;
        private final NDArray images;

        Loaded(NDManager manager, NDList parameters, Workload work) throws IOException {
            this.manager = manager;
            try (ModelWeights weights = work.weights()) {
                network = new DjlNetwork(work.graph(weights), parameters);
            }
            images = manager.create(work.images(),
                    new Shape(work.batch(), work.shape().channels(), work.size(), work.size()));
        }

        @Override
        public float[] run() {
            return network.logits(images);
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
