package io.panext.zoo.checkpoint;

import io.panext.zoo.Activation;
import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Norm;
import io.panext.zoo.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a layout's readers take for granted of a model, and no tensor tells. */
final class ReaderAssumptions {

    /** The papers' models. */
    private static final Traits USUAL = new Traits(Optional.of(Activation.GELU), Optional.empty(), Optional.of(
            Norm.DEFAULT.eps()), Optional.empty());

    /** The models whose linears timm keeps as 1×1 convolutions, and will not load otherwise. */
    private static final Pattern CONVOLUTIONAL = Pattern.compile(
            "convnext(v2)?_(zepto|atto|femto|pico|nano)(_.+)?|convnext_tiny_hnf");

    private ReaderAssumptions() {}

    /**
     * Finds what a model's new readers would take wrongly.
     *
     * @param shapes  its tensors, by their canonical names
     * @param traits  what is known of it
     * @param readers the layout that they expect
     * @return the model's own settings, in words; none where the shapes are of no model that is known
     */
    static List<String> wrong(Map<String, List<Integer>> shapes, Traits traits, TargetLayout readers) {
        ConvNeXtSpec actual;
        ConvNeXtSpec assumed;
        try {
            actual = ConvNeXtSpec.infer(shapes, traits);
            // timm knows a published architecture by its name, of which others have the usual ones alone
            assumed = ConvNeXtSpec.infer(shapes, readers == TargetLayout.TIMM
                    ? Traits.NONE
                    : readers.traits().or(USUAL));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
        var wrong = new ArrayList<String>();
        if (actual.activation() != assumed.activation()) {
            wrong.add("activation " + actual.activation());
        }
        if (actual.norm().eps() != assumed.norm().eps()) {
            wrong.add("eps " + actual.norm().eps());
        }
        Optional<Double> last = actual.headNorm().map(Norm::eps);
        if (!last.equals(assumed.headNorm().map(Norm::eps))) {
            last.ifPresent(eps -> wrong.add("eps " + eps + " of the last norm"));
        }
        return wrong;
    }

    /** Whether timm expects the linears of a model as 1×1 convolutions. */
    static boolean areConvolutional(Map<String, List<Integer>> shapes) {
        Optional<Architecture> architecture = Optional.empty();
        try {
            architecture = Catalogue.like(ConvNeXtSpec.infer(shapes, Traits.NONE));
        } catch (IllegalArgumentException e) {
            // a variant of its own: its shapes are kept
        }
        return architecture.map(Architecture::name).map(name -> CONVOLUTIONAL.matcher(name).matches())
                .orElseGet(() -> shapes.entrySet().stream()
                        .anyMatch(shape -> shape.getKey().endsWith(".mlp.fc1.weight") && shape.getValue().size() == 4));
    }
}
