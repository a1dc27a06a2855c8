package io.panext.zoo.checkpoint;

import static io.panext.zoo.checkpoint.Renaming.rename;
import static io.panext.zoo.checkpoint.Renaming.renamed;

import io.panext.zoo.Activation;
import io.panext.zoo.Traits;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A convention for naming a ConvNeXt's tensors, recognised by the names themselves.
 *
 * <p>The canonical names are timm's; the renaming follows {@code checkpoint_filter_fn} in timm's {@code convnext.py}. The
 * prefixes that PyTorch's wrappers leave, {@code module.} and {@code _orig_mod.}, are no part of any layout and never
 * matter.
 */
public enum KeyLayout {

    /** open_clip, whose image tower is timm's: {@code visual.trunk.stages.0.blocks.1.mlp.fc1.weight}. */
    OPEN_CLIP("visual.trunk.stem.0.weight", //
            rename("^visual\\.trunk\\.", ""), //
            rename("^visual\\.head\\.proj\\.", "head.fc."), //
            rename("^visual\\.head\\.mlp\\.fc1\\.", "head.pre_logits.fc."), //
            rename("^visual\\.head\\.mlp\\.fc2\\.", "head.fc.")) {

        // Beside the image tower there is one for texts.
        @Override
        boolean describesModel(String key) {
            return unwrapped(key).startsWith("visual.");
        }

        // The projection of a CLIP has no bias.
        @Override
        Set<String> zeros() {
            return Set.of("head.fc.bias");
        }
    },

    /** Hugging Face's transformers: {@code convnext.encoder.stages.0.layers.1.pwconv1.weight}. */
    HUGGING_FACE("embeddings.patch_embeddings.weight", //
            rename("^convnext(v2)?\\.", ""), //
            rename("^embeddings\\.patch_embeddings\\.", "stem.0."), //
            rename("^embeddings\\.layernorm\\.", "stem.1."), //
            rename("^encoder\\.stages\\.(\\d+)\\.downsampling_layer\\.", "stages.$1.downsample."), //
            rename("^encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.", "stages.$1.blocks.$2."), //
            rename("\\.dwconv\\.", ".conv_dw."), //
            rename("\\.layernorm\\.", ".norm."), //
            rename("\\.pwconv([12])\\.", ".mlp.fc$1."), //
            rename("\\.layer_scale_parameter$", ".gamma"), //
            rename("\\.grn\\.", ".mlp.grn."), //
            rename("^layernorm\\.", "head.norm."), //
            rename("^classifier\\.", "head.fc.")) {

        @Override
        boolean matches(Set<String> keys) {
            return Stream.of("convnext.", "convnextv2.", "").anyMatch(prefix -> keys.contains(prefix + signature()));
        }

        // A backbone for detectors normalises the maps of its stages, which is no part of the model.
        @Override
        boolean describesModel(String key) {
            return !unwrapped(key).matches("(convnext(v2)?\\.)?hidden_states_norms\\..*");
        }

        // The final norm's eps is the configuration's, whose default this is; all others are 1e-6, as in the papers.
        @Override
        Traits traits() {
            return new Traits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(1e-12));
        }
    },

    /** torchvision, which numbers its layers: {@code features.1.1.block.3.weight}. */
    TORCHVISION("features.0.0.weight", //
            rename("^features\\.0\\.", "stem."), //
            rename("^features\\.2\\.", "stages.1.downsample."), //
            rename("^features\\.4\\.", "stages.2.downsample."), //
            rename("^features\\.6\\.", "stages.3.downsample."), //
            rename("^features\\.1\\.", "stages.0.blocks."), //
            rename("^features\\.3\\.", "stages.1.blocks."), //
            rename("^features\\.5\\.", "stages.2.blocks."), //
            rename("^features\\.7\\.", "stages.3.blocks."), //
            rename("\\.block\\.0\\.", ".conv_dw."), //
            rename("\\.block\\.2\\.", ".norm."), //
            rename("\\.block\\.3\\.", ".mlp.fc1."), //
            rename("\\.block\\.5\\.", ".mlp.fc2."), //
            rename("\\.layer_scale$", ".gamma"), //
            rename("^classifier\\.0\\.", "head.norm."), //
            rename("^classifier\\.2\\.", "head.fc.")),

    /**
     * A masked autoencoder of ConvNeXt V2's repository, as it is trained: {@code encoder.stages.0.1.pwconv1.linear.weight}
     * and {@code decoder.0.pwconv1.weight}. Its convolutions may be {@linkplain MinkowskiCheckpoint MinkowskiEngine's}.
     */
    FCMAE("encoder.downsample_layers.0.0.weight", //
            rename("^encoder\\.", ""), //
            rename("^downsample_layers\\.0\\.", "stem."), //
            rename("^downsample_layers\\.(\\d+)\\.", "stages.$1.downsample."), //
            rename("^stages\\.(\\d+)\\.(\\d+)\\.", "stages.$1.blocks.$2."), //
            rename("^decoder\\.(\\d+)\\.", "decoder.blocks.$1."), //
            rename("^(proj|pred)\\.", "decoder.$1."), //
            rename("^mask_token$", "decoder.mask_token"), //
            rename("\\.(ln|linear)\\.", "."), //
            rename("\\.dwconv\\.", ".conv_dw."), //
            rename("\\.pwconv([12])\\.", ".mlp.fc$1."), //
            rename("\\.grn\\.gamma$", ".mlp.grn.weight"), //
            rename("\\.grn\\.beta$", ".mlp.grn.bias")),

    /**
     * MindCV, on MindSpore: {@code feature.1.1.pwconv1.weight}. Its {@code nn.GELU} is the approximation by tanh. (Its
     * convolutions also pad what does not fill a window; for images of multiples of 32 px there is nothing to pad.)
     */
    MINDCV("feature.0.0.weight", //
            rename("^feature\\.0\\.", "stem."), //
            rename("^feature\\.2\\.", "stages.1.downsample."), //
            rename("^feature\\.4\\.", "stages.2.downsample."), //
            rename("^feature\\.6\\.", "stages.3.downsample."), //
            rename("^feature\\.1\\.", "stages.0.blocks."), //
            rename("^feature\\.3\\.", "stages.1.blocks."), //
            rename("^feature\\.5\\.", "stages.2.blocks."), //
            rename("^feature\\.7\\.", "stages.3.blocks."), //
            rename("\\.dwconv\\.", ".conv_dw."), //
            rename("\\.pwconv([12])\\.", ".mlp.fc$1."), //
            rename("\\.grn\\.", ".mlp.grn."), //
            rename("\\.gamma$", ".weight"), //
            rename("\\.beta$", ".bias"), //
            rename("\\.gamma_$", ".gamma"), //
            rename("^norm\\.", "head.norm."), //
            rename("^classifier\\.", "head.fc.")) {

        @Override
        Traits traits() {
            return new Traits(Optional.of(Activation.GELU_TANH), Optional.empty(), Optional.empty(), Optional.empty());
        }
    },

    /** The original repositories of ConvNeXt and ConvNeXt V2: {@code stages.0.1.pwconv1.weight}. */
    FACEBOOKRESEARCH("downsample_layers.0.0.weight", //
            rename("^downsample_layers\\.0\\.", "stem."), //
            rename("^downsample_layers\\.(\\d+)\\.", "stages.$1.downsample."), //
            rename("^stages\\.(\\d+)\\.(\\d+)\\.", "stages.$1.blocks.$2."), //
            rename("\\.dwconv\\.", ".conv_dw."), //
            rename("\\.pwconv([12])\\.", ".mlp.fc$1."), //
            rename("\\.grn\\.gamma$", ".mlp.grn.weight"), //
            rename("\\.grn\\.beta$", ".mlp.grn.bias"), //
            rename("^norm\\.", "head.norm."), //
            rename("^head\\.(weight|bias)$", "head.fc.$1")) {

        // EUPE's checkpoints have more heads, for its training alone, and detectors norms for the maps of the stages.
        @Override
        boolean describesModel(String key) {
            return !unwrapped(key).matches("(projectors|norms|norm[0-3])\\..*");
        }
    },

    /** The isotropic models of the original repository: {@code blocks.1.pwconv1.weight}. */
    ISOTROPIC("stem.weight", //
            rename("^stem\\.", "stem.0."), //
            rename("^blocks\\.(\\d+)\\.", "stages.0.blocks.$1."), //
            rename("\\.dwconv\\.", ".conv_dw."), //
            rename("\\.pwconv([12])\\.", ".mlp.fc$1."), //
            rename("^norm\\.", "head.norm."), //
            rename("^head\\.(weight|bias)$", "head.fc.$1")),

    /** timm, the canonical layout: {@code stages.0.blocks.1.mlp.fc1.weight}. */
    TIMM("stem.0.weight");

    private static final Pattern WRAPPERS = Pattern.compile("^((module|_orig_mod)\\.)+");

    private final String signature;
    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, though its type does not say so
    private final List<Renaming> renamings;

    KeyLayout(String signature, Renaming... renamings) {
        this.signature = signature;
        this.renamings = List.of(renamings);
    }

    /** Finds the layout that a checkpoint's keys follow. */
    public static Optional<KeyLayout> recognise(Set<String> keys) {
        Set<String> unwrapped = keys.stream().map(KeyLayout::unwrapped).collect(Collectors.toSet());
        return Stream.of(values()).filter(layout -> layout.matches(unwrapped)).findFirst();
    }

    /** The key that every checkpoint of this layout has, with or without a prefix, and none of another. */
    public String signature() {
        return signature;
    }

    /** Translates a key of this layout; what the layout does not know stays as it is. */
    public String canonical(String key) {
        return renamed(unwrapped(key), renamings);
    }

    /** Whether a key belongs to the ConvNeXt at all, and not to a model beside it. */
    boolean describesModel(String key) {
        return true;
    }

    /** Canonical names of the parameters that this layout leaves out because they are zero. */
    Set<String> zeros() {
        return Set.of();
    }

    /** What is the same for all models of this layout, though no tensor tells it. */
    Traits traits() {
        return Traits.NONE;
    }

    boolean matches(Set<String> keys) {
        return keys.contains(signature);
    }

    private static String unwrapped(String key) {
        return WRAPPERS.matcher(key).replaceFirst("");
    }
}
