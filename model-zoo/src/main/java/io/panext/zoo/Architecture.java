package io.panext.zoo;

import java.util.List;

/**
 * A named ConvNeXt and the weights that were published for it.
 *
 * @param name    timm's name: {@code convnextv2_tiny}
 * @param spec    the architecture, with ImageNet-1k's 1000 classes
 * @param weights published weights with their accuracy; empty for an architecture that nobody trained
 */
public record Architecture(String name, ConvNeXtSpec spec, List<Weights> weights) {

    /** Copies the list. */
    public Architecture {
        weights = List.copyOf(weights);
    }

    /** The licences of the published weights, each once. */
    public List<String> licences() {
        return weights.stream().map(Weights::licence).distinct().toList();
    }

    /**
     * Published weights.
     *
     * @param tag        what timm writes after the architecture and a dot: {@code fcmae_ft_in1k}
     * @param licence    SPDX identifier, lower case, as timm states it
     * @param accuracies on ImageNet-1k's validation set as timm measured it, one for each image size
     */
    public record Weights(String tag, String licence, List<Accuracy> accuracies) {

        /** Copies the list. */
        public Weights {
            accuracies = List.copyOf(accuracies);
        }
    }

    /**
     * Accuracy at one image size.
     *
     * @param size    edge of the square image, in pixels
     * @param cropPct share of the resized edge that the crop kept
     * @param top1    images whose label came first, in per cent
     * @param top5    images whose label was among the first five, in per cent
     */
    public record Accuracy(int size, double cropPct, double top1, double top5) {}
}
