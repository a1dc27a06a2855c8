package io.panext.zoo.checkpoint;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The small models of this package's test resources, and their like under facebookresearch's keys. */
final class Fixtures {

    static final ConvNeXtSpec V1 = ConvNeXtSpec.v1(List.of(1, 1, 2, 1), List.of(16, 32, 64, 128), 10);
    static final ConvNeXtSpec V2 = ConvNeXtSpec.v2(List.of(1, 1, 2, 1), List.of(16, 32, 64, 128), 10);

    private Fixtures() {}

    static Path path(String file) {
        URL url = Objects.requireNonNull(Fixtures.class.getResource(file), file);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static ModelWeights open(String file) {
        try {
            return ModelWeights.of(Checkpoint.open(path(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tensors as the original repositories would save them, with the values that the fixtures hold. */
    static Checkpoint facebookResearch(ConvNeXtSpec spec) {
        return SyntheticCheckpoint.of(spec.parameters().stream().map(parameter -> new TensorInfo(
                facebookResearchKey(parameter.name()), DType.F32, parameter.name().contains(".grn.")
                        ? List.of(1, 1, 1, parameter.size())
                        : parameter.shape()))
                .toList());
    }

    static String facebookResearchKey(String canonical) {
        return canonical.replaceFirst("^stem\\.", "downsample_layers.0.")
                .replaceFirst("^stages\\.(\\d)\\.downsample\\.", "downsample_layers.$1.")
                .replace(".blocks.", ".").replace("conv_dw", "dwconv").replace("mlp.fc", "pwconv")
                .replace("mlp.grn.weight", "grn.gamma").replace("mlp.grn.bias", "grn.beta")
                .replace("head.fc.", "head.").replace("head.norm.", "norm.");
    }

    static ConvNeXtSpec spec(Generation generation) {
        return switch (generation) {
            case V1 -> V1;
            case V2 -> V2;
        };
    }
}
