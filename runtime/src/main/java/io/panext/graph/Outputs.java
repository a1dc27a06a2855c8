package io.panext.graph;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;

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

        /** Returns the stages whose maps it gives, of so many that there are. */
        List<Integer> maps(int stages);

        /** Features, and logits if there is a classifier. */
        record Classes() implements Target {

            @Override
            public List<Integer> maps(int stages) {
                return List.of();
            }
        }

        /** Features alone, as of a model without a classifier. */
        record Pooled() implements Target {

            @Override
            public List<Integer> maps(int stages) {
                return List.of();
            }
        }

        /**
         * The map of the last stage.
         *
         * @param normed whether the model's final norm is applied to each pixel
         */
        record LastMap(boolean normed) implements Target {

            @Override
            public List<Integer> maps(int stages) {
                return List.of(stages - 1);
            }
        }

        /**
         * The maps of several stages.
         *
         * @param stages which, from 0, each once and in ascending order; empty for all
         * @param normed whether the model's final norm is applied to each pixel of the last stage's map
         */
        record Stages(List<Integer> stages, boolean normed) implements Target {

            /** @throws IllegalArgumentException if stages are negative, repeated or in another order */
            public Stages {
                stages = List.copyOf(stages);
                for (int i = 0; i < stages.size(); i++) {
                    if (stages.get(i) < 0 || (i > 0 && stages.get(i) <= stages.get(i - 1))) {
                        throw new IllegalArgumentException("stages " + stages + " are not in ascending order from 0");
                    }
                }
            }

            /** @throws IllegalArgumentException if there are fewer */
            @Override
            public List<Integer> maps(int count) {
                if (!stages.isEmpty() && stages.getLast() >= count) {
                    throw new IllegalArgumentException("there is no stage " + stages.getLast() + ": the model has "
                            + count + ", from 0");
                }
                return stages.isEmpty() ? IntStream.range(0, count).boxed().toList() : stages;
            }
        }
    }

    /** @throws NullPointerException if a component is missing */
    public Outputs {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(stride, "stride");
    }

    /** Returns the map of the last stage, as it is. */
    public static Outputs map() {
        return new Outputs(new Target.LastMap(false), OptionalInt.empty());
    }

    /** Returns the maps of several stages, as they are; of all if none is named. */
    public static Outputs stages(Integer... stages) {
        return new Outputs(new Target.Stages(List.of(stages), false), OptionalInt.empty());
    }

    /** Returns a target in its natural sizes. */
    public static Outputs of(Target target) {
        return new Outputs(target, OptionalInt.empty());
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
