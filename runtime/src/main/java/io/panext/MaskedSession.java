package io.panext;

import io.panext.compile.Plan;
import io.panext.graph.Visible;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.kernels.PatchTable;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Memory and workers for one run at a time on masked images of one size, of each of which as many patches are visible as
 * when the session was opened. Which patches, every run says anew.
 *
 * <p>All memory is taken when the session is opened: {@link Plan#arenaBytes()}. Callers that share a session wait for each
 * other. Close it before its model.
 */
public final class MaskedSession implements AutoCloseable {

    private final Workspace workspace;
    private final Preprocessor preprocessor;

    MaskedSession(MaskedAutoencoder model, Workspace workspace) {
        this.workspace = workspace;
        this.preprocessor = new Preprocessor(model.preprocessing().withSize(workspace.plan().images().height(),
                workspace.plan().images().width()));
    }

    /** What runs, and where in memory. */
    public Plan plan() {
        return workspace.plan();
    }

    /**
     * Runs the model on photographs, resized and cropped as the model wants them.
     *
     * @param images one for each image of the session
     * @param masks  one for each image
     * @throws IllegalArgumentException if there are more images or fewer, or masks that do not fit them
     */
    public synchronized MaskedOutput run(List<RgbImage> images, List<Mask> masks) {
        int batch = plan().images().images();
        if (images.size() != batch) {
            throw new IllegalArgumentException(images.size() + " images for a session of " + batch);
        }
        MemorySegment input = workspace.input();
        for (int i = 0; i < batch; i++) {
            preprocessor.write(images.get(i), input, i * (input.byteSize() / batch));
        }
        return run(input, masks);
    }

    /**
     * Runs the model on images that are normalised already. What is masked is not read.
     *
     * @param images planar fp32 {@code [batch, 3, height, width]} in native byte order; read where it stands if it is
     *               off-heap, not mapped from a file, open to all workers, and the first kernel is Java's; copied
     *               otherwise
     * @param masks  one for each image
     * @throws IllegalArgumentException if the segment has another size, or the masks do not fit
     * @throws IllegalStateException    if the session is closed
     */
    public synchronized MaskedOutput run(MemorySegment images, List<Mask> masks) {
        Plan.Masked places = plan().masked().orElseThrow();
        write(masks);
        workspace.run(images);
        return new MaskedOutput(workspace.rows(plan().features().orElseThrow()), workspace.rows(places.latent()),
                places.prediction().map(workspace::rows));
    }

    /** Returns the session's own place for the input: see {@link Session#input()}. */
    public synchronized MemorySegment input() {
        return workspace.input();
    }

    private void write(List<Mask> masks) {
        Visible visible = plan().images().visible().orElseThrow();
        if (masks.size() != visible.patches().size()) {
            throw new IllegalArgumentException(masks.size() + " masks for " + visible.patches().size() + " images");
        }
        for (int i = 0; i < masks.size(); i++) {
            Mask mask = masks.get(i);
            mask.requireGrid(visible.gridHeight(), visible.gridWidth());
            if (mask.visible() != visible.patches().get(i)) {
                throw new IllegalArgumentException("image " + i + " shows " + mask.visible()
                        + " patches; this session was opened for " + visible.patches().get(i));
            }
        }
        var table = new PatchTable(workspace.view(plan().masked().orElseThrow().table()), masks.size(),
                visible.gridHeight(), visible.gridWidth());
        table.fill(patch -> !masks.get(patch / table.cells()).masked().get(patch % table.cells()));
    }

    /** Gives memory and threads back. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        workspace.close();
    }
}
