package io.panext.zoo;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Published weights of an architecture, under the name that timm gives them.
 *
 * @param architecture  timm's name of the architecture: {@code convnextv2_tiny}
 * @param tag           what tells them from other weights of it: {@code fcmae_ft_in22k_in1k}
 * @param classes       outputs of the classifier; 0 if there is none
 * @param preprocessing how photographs are prepared
 * @param larger        another way, with larger images, that the authors evaluated too
 * @param accuracies    on ImageNet-1k's validation set, one for each image size that was measured
 * @param licence       SPDX identifier, lower case, or the licence's own name, as timm states it
 * @param hub           repository on the Hugging Face hub, {@code owner/name}, where the weights can be had
 * @param source        address of the file that the authors published, by whose name it is recognised too
 */
public record PretrainedTag(String architecture, String tag, int classes, Preprocessing preprocessing,
        Optional<Preprocessing> larger, List<Accuracy> accuracies, String licence, Optional<String> hub,
        Optional<String> source) {

    private static final Set<String> PERMISSIVE = Set.of("apache-2.0", "mit", "bsd-3-clause", "bsd-2-clause", "cc0-1.0",
            "cc-by-4.0");

    private static final int IMAGENET_CLASSES = 1000;

    /** Copies the list. */
    public PretrainedTag {
        accuracies = List.copyOf(accuracies);
    }

    /** Architecture and tag, as users write it: {@code convnextv2_tiny.fcmae_ft_in22k_in1k}. */
    public String name() {
        return architecture + "." + tag;
    }

    /** What the classifier's outputs are called, if it was trained on ImageNet-1k last. */
    public Optional<Labels> labels() {
        return classes == IMAGENET_CLASSES && tag.matches("(.*_)?in1k(_\\d+)?")
                ? Optional.of(ImageNet.CLASSES)
                : Optional.empty();
    }

    /** Whether a licence, by its identifier, is not known to allow all uses. */
    public static boolean isRestricted(String licence) {
        return !PERMISSIVE.contains(licence);
    }

    /**
     * Accuracy at one image size, as timm or, for its own weights, torchvision measured it.
     *
     * @param size    edge of the square image, in pixels
     * @param cropPct share of the resized edge that the crop kept
     * @param top1    images whose label came first, in per cent
     * @param top5    images whose label was among the first five, in per cent
     */
    public record Accuracy(int size, double cropPct, double top1, double top5) {}
}
