package io.panext.validate;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * How often a model was right.
 *
 * @param images     photographs that were judged
 * @param unreadable files that could not be
 * @param top1       share whose first class was right, in per cent; NaN if there are no images
 * @param top5       share that had the right class among the first five, likewise
 * @param loss       mean cross-entropy
 */
public record Score(int images, int unreadable, double top1, double top5, double loss) {

    /** Sums up by each photograph's own label. */
    public static Score of(Collection<Outcome> outcomes) {
        return of(outcomes, outcome -> List.of(outcome.label()));
    }

    /**
     * Sums up by other labels.
     *
     * @param truth all labels that are right for a photograph; one without any does not count for the accuracy
     */
    public static Score of(Collection<Outcome> outcomes, Function<Outcome, List<Integer>> truth) {
        List<Outcome> judged = outcomes.stream().filter(outcome -> outcome.problem().isEmpty()).toList();
        List<Outcome> labelled = judged.stream().filter(outcome -> !truth.apply(outcome).isEmpty()).toList();
        return new Score(judged.size(), outcomes.size() - judged.size(), share(labelled, 1, truth),
                share(labelled, Outcome.RANKS, truth),
                judged.stream().mapToDouble(Outcome::loss).average().orElse(Double.NaN));
    }

    private static double share(List<Outcome> outcomes, int ranks, Function<Outcome, List<Integer>> truth) {
        return 100.0 * outcomes.stream().filter(outcome -> outcome.isAmong(ranks, truth.apply(outcome))).count()
                / outcomes.size();
    }
}
