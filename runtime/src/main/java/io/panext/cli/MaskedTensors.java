package io.panext.cli;

import io.panext.Mask;
import io.panext.MaskedAutoencoder;
import io.panext.MaskedOutput;
import io.panext.Reconstruction;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.Safetensors;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Masked images in a file of tensors. */
final class MaskedTensors {

    private static final String MASK = "mask";

    private final int height;
    private final int width;
    private final float[] pixels;
    private final List<Mask> masks;

    private MaskedTensors(int height, int width, float[] pixels, List<Mask> masks) {
        this.height = height;
        this.width = width;
        this.pixels = pixels;
        this.masks = masks;
    }

    /**
     * Reads {@code input} and {@code mask}.
     *
     * @param patch edge of a patch
     * @throws CheckpointException if a tensor is missing, or not what it must be
     */
    static MaskedTensors read(Path file, int patch) throws CheckpointException {
        try (Checkpoint tensors = Checkpoint.open(file)) {
            List<Integer> shape = InputTensors.images(tensors);
            int height = shape.get(2);
            int width = shape.get(3);
            if (height % patch != 0 || width % patch != 0) {
                throw new CheckpointException(tensors.name(), "tensor '" + InputTensors.IMAGES + "' is " + shape
                        + "; it must be [N, 3, H, W], H and W multiples of " + patch);
            }
            int patches = height / patch * (width / patch);
            List<Integer> masks = InputTensors.shape(tensors, MASK, 2, "[N, patches]");
            if (!masks.equals(List.of(shape.getFirst(), patches))) {
                throw new CheckpointException(tensors.name(), "tensor '" + MASK + "' is " + masks
                        + "; for images " + shape + " it must be [" + shape.getFirst() + ", " + patches + "]");
            }
            return new MaskedTensors(height, width, tensors.floats(InputTensors.IMAGES),
                    masks(tensors, height / patch, width / patch));
        }
    }

    /** Rows of an image. */
    int height() {
        return height;
    }

    /** Columns of an image. */
    int width() {
        return width;
    }

    /** The images, planar {@code [N, 3, height, width]}, normalised. */
    float[] pixels() {
        return pixels;
    }

    /** One mask for each image. */
    List<Mask> masks() {
        return masks;
    }

    private static List<Mask> masks(Checkpoint tensors, int gridHeight, int gridWidth) throws CheckpointException {
        float[] values = tensors.floats(MASK);
        int patches = gridHeight * gridWidth;
        var masks = new ArrayList<Mask>();
        for (int first = 0; first < values.length; first += patches) {
            var masked = new ArrayList<Boolean>();
            for (int i = first; i < first + patches; i++) {
                if (values[i] != 0 && values[i] != 1) {
                    throw new CheckpointException(tensors.name(), "tensor '" + MASK + "' holds " + values[i]
                            + "; it must be 1 where a patch is masked, and 0 elsewhere");
                }
                masked.add(values[i] == 1);
            }
            masks.add(new Mask(gridHeight, gridWidth, masked));
        }
        return List.copyOf(masks);
    }

    /** Writes {@code latent}, {@code pred} and {@code loss}. */
    void write(Path file, MaskedAutoencoder model, MaskedOutput result, Reconstruction reconstruction)
            throws CheckpointException {
        Mask mask = masks.getFirst();
        int count = masks.size();
        int patches = mask.masked().size();
        float[] prediction = result.prediction();
        var tensors = new LinkedHashMap<String, FloatTensor>();
        tensors.put("latent", FloatTensor.of(List.of(count, mask.gridHeight(), mask.gridWidth(),
                model.spec().features()), result.latent()));
        tensors.put("pred", FloatTensor.of(List.of(count, patches, prediction.length / count / patches), prediction));
        tensors.put("loss", FloatTensor.of(List.of(1), (float) reconstruction.loss()));
        Safetensors.write(file, tensors, Map.of("model", model.name()));
    }
}
