package io.panext.jmh.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** ONNX Runtime with all its optimisations, one pool of threads that spin between operators, as it does by default. */
record OnnxRuntime() implements Peer {

    @Override
    public String name() {
        return "ONNX Runtime";
    }

    @Override
    public String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public Path write(Workload work, Path folder) throws IOException {
        Path file = folder.resolve(work.model() + ".onnx");
        try (OutputStream out = Files.newOutputStream(file)) {
            OnnxModel.of(work).writeTo(out);
        }
        return file;
    }

    @Override
    public Model load(Path file, Workload work) throws IOException {
        try (var options = new SessionOptions()) {
            options.setIntraOpNumThreads(work.threads());
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            return new Loaded(OrtEnvironment.getEnvironment().createSession(file.toString(), options), work);
        } catch (OrtException e) {
            throw new IOException(file + ": ONNX Runtime does not load it: " + e.getMessage(), e);
        }
    }

    private static final class Loaded implements Model {

        private final OrtSession session;
        private final OnnxTensor images;

        Loaded(OrtSession session, Workload work) throws OrtException {
            this.session = session;
            float[] values = work.images();
            // Only direct memory in the machine's byte order is read in place.
            FloatBuffer buffer = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder())
                    .asFloatBuffer().put(values).flip();
            images = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer,
                    new long[] {work.batch(), work.shape().channels(), work.size(), work.size()});
        }

        @Override
        public float[] run() {
            try (OrtSession.Result result = session.run(Map.of(OnnxModel.IMAGES, images))) {
                FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] values = new float[logits.remaining()];
                logits.get(values);
                return values;
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            try {
                images.close();
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
