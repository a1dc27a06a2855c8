package io.panext.zoo.checkpoint;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A convention for naming a ConvNeXt's tensors, recognised by the names themselves.
 *
 * <p>The canonical names are timm's; the renaming follows {@code checkpoint_filter_fn} in timm's {@code convnext.py}.
 */
public enum KeyLayout {

    /** timm, the canonical layout: {@code stages.0.blocks.1.mlp.fc1.weight}. */
    TIMM("stem.0.weight") {
        @Override
        public String canonical(String key) {
            return key;
        }
    },

    /** The original repositories of ConvNeXt and ConvNeXt V2: {@code stages.0.1.pwconv1.weight}. */
    FACEBOOKRESEARCH("downsample_layers.0.0.weight") {
        @Override
        public String canonical(String key) {
            return key.replaceFirst("^downsample_layers\\.0\\.", "stem.")
                    .replaceFirst("^downsample_layers\\.(\\d+)\\.", "stages.$1.downsample.")
                    .replaceFirst("^stages\\.(\\d+)\\.(\\d+)\\.", "stages.$1.blocks.$2.")
                    .replaceFirst("\\.dwconv\\.", ".conv_dw.")
                    .replaceFirst("\\.pwconv([12])\\.", ".mlp.fc$1.")
                    .replaceFirst("\\.grn\\.gamma$", ".mlp.grn.weight")
                    .replaceFirst("\\.grn\\.beta$", ".mlp.grn.bias")
                    .replaceFirst("^norm\\.", "head.norm.")
                    .replaceFirst("^head\\.(weight|bias)$", "head.fc.$1");
        }
    };

    private final String signature;

    KeyLayout(String signature) {
        this.signature = signature;
    }

    /** Finds the layout that a checkpoint's keys follow. */
    public static Optional<KeyLayout> recognise(Set<String> keys) {
        return Stream.of(values()).filter(layout -> keys.contains(layout.signature)).findFirst();
    }

    /** The key that every checkpoint of this layout has, and none of another. */
    public String signature() {
        return signature;
    }

    /** Translates a key of this layout; what the layout does not know stays as it is. */
    public abstract String canonical(String key);
}
