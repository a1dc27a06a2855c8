package io.panext.validate;

import io.panext.Output;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What came of a photograph.
 *
 * @param name    the sample's
 * @param label   its class
 * @param best    the classes with the largest logits, the largest first, up to {@link #RANKS}
 * @param loss    cross-entropy: minus the logarithm of the label's probability
 * @param problem why there is nothing of the kind, if the file could not be read
 */
public record Outcome(String name, int label, List<Integer> best, double loss, Optional<String> problem) {

    /** How many classes are kept. */
    public static final int RANKS = 5;

    /** Copies the list. */
    public Outcome {
        best = List.copyOf(best);
    }

    /** Judges a model's output for one image. */
    static Outcome of(Sample sample, Output output) {
        float[] logits = output.logits();
        return new Outcome(sample.name(), sample.label(), best(logits), loss(logits, sample.label()), Optional.empty());
    }

    /** Says that a file could not be read. */
    static Outcome unreadable(Sample sample, String problem) {
        return new Outcome(sample.name(), sample.label(), List.of(), Double.NaN, Optional.of(problem));
    }

    /** Whether one of the labels is among the first classes. */
    boolean isAmong(int ranks, List<Integer> labels) {
        return best.stream().limit(ranks).anyMatch(labels::contains);
    }

    private static List<Integer> best(float[] logits) {
        int[] best = new int[Math.min(RANKS, logits.length)];
        for (int rank = 0; rank < best.length; rank++) {
            int taken = rank;
            best[rank] = IntStream.range(0, logits.length)
                    .filter(index -> IntStream.range(0, taken).noneMatch(other -> best[other] == index))
                    .reduce((a, b) -> Float.compare(logits[b], logits[a]) > 0 ? b : a).orElseThrow();
        }
        return IntStream.of(best).boxed().toList();
    }

    private static double loss(float[] logits, int label) {
        double max = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElseThrow();
        double sum = IntStream.range(0, logits.length).mapToDouble(i -> Math.exp(logits[i] - max)).sum();
        return max + Math.log(sum) - logits[label];
    }
}
