package io.panext.cli;

import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Head;
import io.panext.zoo.Norm;
import io.panext.zoo.Stem;
import java.util.List;

/**
 * How a network is built, in words. The components are fields of the JSON of {@code panext inspect}.
 *
 * @param architecture name of the published architecture that it is like, but perhaps for its head; null if there is none
 * @param stem         how an image becomes the first map
 * @param kernels      edge of each stage's depthwise kernels
 * @param norm         of stem, downsampling and blocks
 * @param activation   of the blocks
 * @param head         what is made of the last map
 */
record Design(String architecture, String stem, List<Integer> kernels, String norm, String activation, String head) {

    static Design of(ConvNeXtSpec spec) {
        return new Design(Catalogue.like(spec).map(Architecture::name).orElse(null), words(spec.stem()),
                spec.kernels(), words(spec.norm()), Notation.lowerCase(spec.activation()), words(spec.head()));
    }

    /** Returns rows of a table: what, and which. */
    List<List<String>> rows() {
        return List.of(
                List.of("architecture", architecture == null ? "none that was published" : "like " + architecture),
                List.of("stem", stem), List.of("kernels", kernels + ", depthwise"), List.of("norm", norm),
                List.of("activation", activation), List.of("head", head));
    }

    private static String words(Stem stem) {
        return switch (stem) {
            case Stem.Patch(int size) -> size + "x" + size + " patches";
            case Stem.BarePatch(int size) -> size + "x" + size + " patches without norm";
            case Stem.Overlap(int channels) -> "two 3x3 convolutions, " + channels + " channels between them";
            case Stem.ActivatedOverlap(int channels) ->
                "two 3x3 convolutions, " + channels + " activated channels between them";
        };
    }

    private static String words(Norm norm) {
        return Notation.lowerCase(norm.kind()) + ", eps " + norm.eps();
    }

    private static String words(Head head) {
        return switch (head) {
            case Head.Pooling() -> "pooling";
            case Head.PoolFirst(Norm norm, int classes) -> "pooling, " + words(norm) + linear(classes);
            case Head.NormFirst(Norm norm, int classes) -> words(norm) + ", pooling" + linear(classes);
            case Head.Mlp(Norm norm, int hidden, int classes) ->
                "pooling, " + words(norm) + linear(hidden) + ", gelu" + linear(classes);
        };
    }

    private static String linear(int outputs) {
        return outputs == 0 ? "" : ", linear to " + outputs;
    }
}
