package io.panext.graph;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What is wanted of a network.
 *
 * @param target what a run gives
 * @param stride the most image pixels, along an edge, that may make one pixel of a map: stages that would have more keep
 *               the size of the one before, and dilate their convolutions instead, as timm's {@code output_stride} does
 */
public record Outputs(Target target, OptionalInt stride) {

    /** Features, and logits if there is a classifier. */
    public static final Outputs ALL = new Outputs(new Target.Classes(), OptionalInt.empty());

    /** What a run gives. */
    public sealed interface Target {

        /** Features, and logits if there is a classifier. */
        record Classes() implements Target {}

        /** Features alone, as of a model without a classifier. */
        record Pooled() implements Target {}

        /**
         * The maps that stages give.
         *
         * @param stages which, from 0, each once and in ascending order; empty for the last alone
         * @param normed whether the model's final norm is applied to each pixel of the last stage's map
         */
        record Maps(List<Integer> stages, boolean normed) implements Target {

            /** @throws IllegalArgumentException if stages are negative, repeated or in another order */
            public Maps {
                stages = List.copyOf(stages);
                for (int i = 0; i < stages.size(); i++) {
                    if (stages.get(i) < 0 || (i > 0 && stages.get(i) <= stages.get(i - 1))) {
                        throw new IllegalArgumentException("stages " + stages + " are not in ascending order from 0");
                    }
                }
            }

            /** Returns which stages of a network these are. */
            List<Integer> of(int count) {
                if (!stages.isEmpty() && stages.getLast() >= count) {
                    throw new IllegalArgumentException("there is no stage " + stages.getLast() + ": the model has "
                            + count + ", from 0");
                }
                return stages.isEmpty() ? List.of(count - 1) : stages;
            }
        }
    }

    /** @throws NullPointerException if a component is missing */
    public Outputs {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(stride, "stride");
    }

    /** Returns the map of the last stage. */
    public static Outputs map(boolean normed) {
        return new Outputs(new Target.Maps(List.of(), normed), OptionalInt.empty());
    }

    /** Returns the maps of several stages. */
    public static Outputs stages(List<Integer> stages, boolean normed) {
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("no stages are asked for");
        }
        return new Outputs(new Target.Maps(stages, normed), OptionalInt.empty());
    }

    /** Returns the features alone. */
    public static Outputs pooled() {
        return new Outputs(new Target.Pooled(), OptionalInt.empty());
    }

    /** Returns the same of a network whose maps have at most this stride. */
    public Outputs withStride(int newStride) {
        return new Outputs(target, OptionalInt.of(newStride));
    }
}
