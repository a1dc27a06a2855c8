package io.panext;

import java.util.Locale;

/**
 * One class that a model considered.
 *
 * @param index       position of the class among the model's outputs
 * @param label       its name, or {@code class 17} where nobody gave the model names
 * @param probability softmax of the logits, 0 to 1
 * @param logit       the model's output itself
 */
public record Prediction(int index, String label, float probability, float logit) {

    /** Returns the label and the probability in per cent: {@code cat 97.3 %}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %.1f %%", label, 100 * probability);
    }
}
