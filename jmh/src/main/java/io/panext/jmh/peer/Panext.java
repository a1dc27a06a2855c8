package io.panext.jmh.peer;

import io.panext.BackendChoice;
import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.Precision;
import io.panext.Session;
import io.panext.Version;
import io.panext.zoo.checkpoint.Conversion;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * panext itself.
 *
 * @param backend   where kernels come from
 * @param precision type of the numbers that are multiplied
 */
public record Panext(BackendChoice backend, Precision precision) implements Peer {

    @Override
    public String name() {
        String kernels = "panext " + backend.name().toLowerCase(Locale.ROOT);
        return precision == Precision.FP32 ? kernels : kernels + " " + precision.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String version() {
        return Version.NUMBER;
    }

    @Override
    public Path write(Workload work, Path folder) throws IOException {
        Path file = folder.resolve(work.model() + ".safetensors");
        try (var checkpoint = SyntheticCheckpoint.of(work.spec())) {
            Conversion.of(checkpoint, Optional.empty(), Optional.empty()).write(file, _ -> {});
        }
        return file;
    }

    @Override
    public Model load(Path file, Workload work) throws IOException {
        Options options = Options.DEFAULT.withThreads(work.threads()).withBackend(backend).withPrecision(precision);
        return new Loaded(ConvNeXt.load(file, options), work);
    }

    private static final class Loaded implements Model {

        private final Arena arena = Arena.ofShared();
        private final ConvNeXt model;
        private final Session session;
        private final MemorySegment images;

        Loaded(ConvNeXt model, Workload work) {
            this.model = model;
            session = model.newSession(work.batch(), work.size(), work.size());
            images = arena.allocateFrom(ValueLayout.JAVA_FLOAT, work.images());
        }

        @Override
        public float[] run() {
            return session.run(images).logits();
        }

        @Override
        public void close() {
            session.close();
            model.close();
            arena.close();
        }
    }
}
