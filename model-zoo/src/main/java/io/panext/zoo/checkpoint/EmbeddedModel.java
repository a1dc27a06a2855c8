package io.panext.zoo.checkpoint;

import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import io.panext.zoo.PretrainedTag;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** The model that travels in the jar: ten everyday classes, see the model card beside its weights. */
public final class EmbeddedModel {

    /** How users name it. */
    public static final String NAME = "convnextv2_atto.panext_cifar10";

    /** What its file does not say: licence, and accuracy on CIFAR-10's 10,000 test images. */
    public static final PretrainedTag TAG = new PretrainedTag("convnextv2_atto", "panext_cifar10", 10,
            new Preprocessing(64, 64, 1, Interpolation.BICUBIC, CropMode.CENTER, Preprocessing.IMAGENET_MEAN,
                    Preprocessing.IMAGENET_STD),
            Optional.empty(), List.of(new PretrainedTag.Accuracy(64, 1.0, 78.28, 98.35)), "apache-2.0",
            Optional.empty(), Optional.empty());

    private static final String FOLDER = "/io/panext/zoo/models/" + NAME + "/";

    private EmbeddedModel() {}

    /** Opens its weights. */
    static Checkpoint checkpoint() throws IOException {
        return Safetensors.of(NAME, MemorySegment.ofArray(resource("model.safetensors")));
    }

    /** Reads its configuration. */
    static ModelConfig config() throws IOException {
        return ModelConfig.parse(NAME + "/" + ModelConfig.FILE_NAME, resource(ModelConfig.FILE_NAME));
    }

    private static byte[] resource(String file) throws IOException {
        try (InputStream in = EmbeddedModel.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new CheckpointException(NAME, file + " is missing from the jar");
            }
            return in.readAllBytes();
        }
    }
}
