package io.panext;

import io.panext.zoo.Labels;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a model says about one photograph. Immutable; holds no off-heap memory. */
public final class Classification {

    private final Optional<Labels> labels;
    private final float[] logits;
    private final float[] probabilities;
    private final float[] features;

    Classification(Optional<Labels> labels, float[] logits, float[] probabilities, float[] features) {
        this.labels = labels;
        this.logits = logits;
        this.probabilities = probabilities;
        this.features = features;
    }

    /** Returns the most probable class. */
    public Prediction best() {
        return top(1).getFirst();
    }

    /**
     * Returns the most probable classes, the best first.
     *
     * @param count how many; fewer come back if the model has fewer classes
     */
    public List<Prediction> top(int count) {
        return IntStream.range(0, logits.length).boxed()
                .sorted(Comparator.comparingDouble((Integer index) -> logits[index]).reversed()).limit(count)
                .map(this::prediction).toList();
    }

    private Prediction prediction(int index) {
        String label = labels.map(names -> names.get(index)).orElse("class " + index);
        return new Prediction(index, label, probabilities[index], logits[index]);
    }

    /** Returns a copy of the model's outputs, one for each class. */
    public float[] logits() {
        return logits.clone();
    }

    /** Returns a copy of the softmax of the logits. */
    public float[] probabilities() {
        return probabilities.clone();
    }

    /** Returns a copy of the pooled and normed features that the classifier took in. */
    public float[] features() {
        return features.clone();
    }

    @Override
    public String toString() {
        return top(5).toString();
    }
}
