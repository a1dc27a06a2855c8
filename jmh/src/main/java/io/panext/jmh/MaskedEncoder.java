package io.panext.jmh;

import io.panext.Mask;
import io.panext.BackendChoice;
import io.panext.MaskedAutoencoder;
import io.panext.MaskedSession;
import io.panext.Options;
import io.panext.zoo.Catalogue;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** An encoder that sees a part of its images, to be compared with {@link WholeModel}, which sees all. */
public class MaskedEncoder extends ModelBenchmark {

    /** Where kernels come from. */
    @Param("AUTO")
    public BackendChoice backend;

    /** Share of the patches that is masked. */
    @Param({"0", "0.25", "0.5", "0.6", "0.75", "0.9"})
    public double ratio;

    private final Arena arena = Arena.ofShared();
    private MaskedAutoencoder loaded;
    private MaskedSession session;
    private MemorySegment images;
    private List<Mask> masks;

    /** Loads the model and makes an input. */
    @Setup
    public void open() throws IOException {
        var checkpoint = SyntheticCheckpoint.of(Catalogue.get(model).spec());
        try (PretrainedModel pretrained = PretrainedModel.of(model, checkpoint, Optional.empty())) {
            loaded = MaskedAutoencoder.loadEncoder(pretrained,
                    Options.DEFAULT.withThreads(threads).withBackend(backend));
        }
        int grid = size / loaded.spec().reduction();
        masks = Mask.random(batch, grid, grid, ratio, 0);
        session = loaded.newSession(size, size, masks);
        images = arena.allocateFrom(ValueLayout.JAVA_FLOAT, SyntheticCheckpoint.images(batch, size, size));
    }

    /** One run of the session. */
    @Benchmark
    public Object run() {
        return session.run(images, masks);
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        session.close();
        loaded.close();
        arena.close();
    }
}
