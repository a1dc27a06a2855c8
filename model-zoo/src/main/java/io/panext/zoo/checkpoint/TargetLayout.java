package io.panext.zoo.checkpoint;

import static io.panext.zoo.checkpoint.Renaming.rename;
import static io.panext.zoo.checkpoint.Renaming.renamed;

import io.panext.zoo.Generation;
import io.panext.zoo.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A convention that a ConvNeXt's tensors can be renamed to: the way back from canonical names, and its own shapes. */
public enum TargetLayout {

    /** timm, whose names are the canonical ones. */
    TIMM(KeyLayout.TIMM),

    /** The original repositories of ConvNeXt and ConvNeXt V2. */
    FB(KeyLayout.FACEBOOKRESEARCH, //
            rename("^stem\\.", "downsample_layers.0."), //
            rename("^stages\\.(\\d+)\\.downsample\\.", "downsample_layers.$1."), //
            rename("^stages\\.(\\d+)\\.blocks\\.", "stages.$1."), //
            rename("\\.conv_dw\\.", ".dwconv."), //
            rename("\\.mlp\\.fc([12])\\.", ".pwconv$1."), //
            rename("\\.mlp\\.grn\\.weight$", ".grn.gamma"), //
            rename("\\.mlp\\.grn\\.bias$", ".grn.beta"), //
            rename("^head\\.norm\\.", "norm."), //
            rename("^head\\.fc\\.", "head.")),

    /** Hugging Face's transformers, a classifier's names. */
    HF(KeyLayout.HUGGING_FACE, //
            rename("^head\\.fc\\.", "classifier."), //
            rename("^head\\.norm\\.", "convnext.layernorm."), //
            rename("^stem\\.0\\.", "convnext.embeddings.patch_embeddings."), //
            rename("^stem\\.1\\.", "convnext.embeddings.layernorm."), //
            rename("^stages\\.(\\d+)\\.downsample\\.", "convnext.encoder.stages.$1.downsampling_layer."), //
            rename("^stages\\.(\\d+)\\.blocks\\.(\\d+)\\.", "convnext.encoder.stages.$1.layers.$2."), //
            rename("(\\.layers\\.\\d+)\\.norm\\.", "$1.layernorm."), //
            rename("\\.conv_dw\\.", ".dwconv."), //
            rename("\\.mlp\\.fc([12])\\.", ".pwconv$1."), //
            rename("\\.mlp\\.grn\\.", ".grn."), //
            rename("\\.gamma$", ".layer_scale_parameter")) {

        @Override
        String named(String canonical, Generation generation) {
            String key = super.named(canonical, generation);
            return switch (generation) {
                case V1 -> key;
                case V2 -> key.replaceFirst("^convnext\\.", "convnextv2.");
            };
        }
    },

    /** torchvision, which has V1 only. */
    TORCHVISION(KeyLayout.TORCHVISION, //
            rename("^stem\\.", "features.0."), //
            rename("^stages\\.1\\.downsample\\.", "features.2."), //
            rename("^stages\\.2\\.downsample\\.", "features.4."), //
            rename("^stages\\.3\\.downsample\\.", "features.6."), //
            rename("^stages\\.0\\.blocks\\.", "features.1."), //
            rename("^stages\\.1\\.blocks\\.", "features.3."), //
            rename("^stages\\.2\\.blocks\\.", "features.5."), //
            rename("^stages\\.3\\.blocks\\.", "features.7."), //
            rename("\\.conv_dw\\.", ".block.0."), //
            rename("^(features.*)\\.norm\\.", "$1.block.2."), //
            rename("\\.mlp\\.fc1\\.", ".block.3."), //
            rename("\\.mlp\\.fc2\\.", ".block.5."), //
            rename("\\.gamma$", ".layer_scale"), //
            rename("^head\\.norm\\.", "classifier.0."), //
            rename("^head\\.fc\\.", "classifier.2."));

    /** The parameters that all layouts have a name for, but for GRN's in torchvision's. */
    private static final Pattern COMMON = Pattern.compile("(stem\\.[01]|head\\.(norm|fc)|stages\\.\\d+\\.(downsample"
            + "\\.[01]|blocks\\.\\d+\\.(conv_dw|norm|mlp\\.(fc1|fc2|grn))))\\.(weight|bias)|stages\\.\\d+\\.blocks\\.\\d+"
            + "\\.gamma");

    /** How the original repository names the isotropic models, which no other layout has. */
    private static final List<Renaming> ISOTROPIC = List.of( //
            rename("^stem\\.0\\.", "stem."), //
            rename("^stages\\.0\\.blocks\\.", "blocks."), //
            rename("\\.conv_dw\\.", ".dwconv."), //
            rename("\\.mlp\\.fc([12])\\.", ".pwconv$1."), //
            rename("^head\\.norm\\.", "norm."), //
            rename("^head\\.fc\\.", "head."));

    private static final Pattern LINEAR = Pattern.compile(".*\\.mlp\\.fc[12]\\.weight");
    private static final Pattern GRN = Pattern.compile(".*\\.mlp\\.grn\\.(weight|bias)");
    private static final Pattern LAYER_SCALE = Pattern.compile(".*\\.gamma");

    private final KeyLayout layout;
    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, though its type does not say so
    private final List<Renaming> renamings;

    TargetLayout(KeyLayout layout, Renaming... renamings) {
        this.layout = layout;
        this.renamings = List.of(renamings);
    }

    /**
     * Names a parameter.
     *
     * @param canonical  its canonical name
     * @param generation of the model it belongs to
     * @return the key in this layout; empty if the layout has no such parameter
     */
    public Optional<String> key(String canonical, Generation generation) {
        boolean known = this == TIMM || (COMMON.matcher(canonical).matches()
                && !(this == TORCHVISION && GRN.matcher(canonical).matches()));
        return Optional.of(named(canonical, generation))
                .filter(key -> known && layout.canonical(key).equals(canonical));
    }

    /**
     * Names a parameter of an isotropic model.
     *
     * @param canonical its canonical name
     * @return the key; empty if the layout has no such model, or the model no such parameter
     */
    Optional<String> isotropicKey(String canonical) {
        return switch (this) {
            case TIMM -> Optional.of(canonical);
            case FB -> Optional.of(renamed(canonical, ISOTROPIC))
                    .filter(key -> KeyLayout.ISOTROPIC.canonical(key).equals(canonical));
            case HF, TORCHVISION -> Optional.empty();
        };
    }

    /**
     * Returns the shape in which a parameter is stored: the same values in the same order.
     *
     * @param shape       as the parameter comes
     * @param convolution whether timm stores the linears of this model as 1×1 convolutions
     */
    List<Integer> shape(String canonical, List<Integer> shape, boolean convolution) {
        if (LINEAR.matcher(canonical).matches() && shape.size() >= 2) {
            List<Integer> linear = shape.subList(0, 2);
            return this == TIMM && convolution ? with(linear, 1, 1) : linear;
        }
        if (GRN.matcher(canonical).matches()) {
            int channels = size(shape);
            return this == TIMM ? List.of(channels) : List.of(1, 1, 1, channels);
        }
        if (LAYER_SCALE.matcher(canonical).matches()) {
            int channels = size(shape);
            return this == TORCHVISION ? List.of(channels, 1, 1) : List.of(channels);
        }
        return shape;
    }

    /** How a file of this layout is recognised. */
    KeyLayout layout() {
        return layout;
    }

    /** What all models of this layout are taken to be, though no tensor tells it. */
    Traits traits() {
        return layout.traits();
    }

    String named(String canonical, Generation generation) {
        return renamed(canonical, renamings);
    }

    private static int size(List<Integer> shape) {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    private static List<Integer> with(List<Integer> shape, int... more) {
        var longer = new ArrayList<Integer>(shape);
        for (int dimension : more) {
            longer.add(dimension);
        }
        return longer;
    }
}
