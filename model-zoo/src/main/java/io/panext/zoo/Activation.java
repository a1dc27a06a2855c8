package io.panext.zoo;

import java.util.Locale;
import java.util.Optional;

/** What a block does to its hidden values between its two linears. */
public enum Activation {

    /** {@code x · Φ(x)}, the exact GELU. */
    GELU,

    /** {@code x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))}, GELU's first approximation. */
    GELU_TANH,

    /** {@code x / (1 + exp(-x))}, also called swish. */
    SILU;

    /** Finds an activation by the name that timm's {@code act_layer} or Hugging Face's {@code hidden_act} gives it. */
    public static Optional<Activation> named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "gelu", "gelu_erf" -> Optional.of(GELU);
            case "gelu_tanh", "gelu_new", "gelu_pytorch_tanh" -> Optional.of(GELU_TANH);
            case "silu", "swish" -> Optional.of(SILU);
            default -> Optional.empty();
        };
    }
}
