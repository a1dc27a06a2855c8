package io.panext.zoo;

import java.util.List;

/**
 * A named ConvNeXt.
 *
 * @param name timm's name: {@code convnextv2_tiny}
 * @param spec the architecture, with ImageNet-1k's 1000 classes
 */
public record Architecture(String name, ConvNeXtSpec spec) {

    /** Weights that were published for it; none for an architecture that nobody trained. */
    public List<PretrainedTag> tags() {
        return PretrainedTags.of(name);
    }
}
