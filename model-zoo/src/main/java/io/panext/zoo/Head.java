package io.panext.zoo;

import java.util.Objects;

/** What is made of the last map: features, and logits if there are classes. */
public sealed interface Head {

    /** Outputs of the classifier, 0 if there is none. */
    int classes();

    /** Returns the head with another classifier. */
    Head withClasses(int newClasses);

    /** Returns the head with another norm. */
    Head withNorm(Norm newNorm);

    /** Average pooling alone: an encoder without head, as FCMAE leaves it. */
    record Pooling() implements Head {

        @Override
        public int classes() {
            return 0;
        }

        /** @throws IllegalArgumentException if there are to be classes */
        @Override
        public Head withClasses(int newClasses) {
            if (newClasses != 0) {
                throw new IllegalArgumentException("an encoder without head has no classes");
            }
            return this;
        }

        @Override
        public Head withNorm(Norm newNorm) {
            return this;
        }
    }

    /**
     * Average pooling, norm, linear: the papers' head.
     *
     * @param norm    of the pooled features
     * @param classes outputs of the linear; 0 if there is none
     */
    record PoolFirst(Norm norm, int classes) implements Head {

        /** @throws IllegalArgumentException if the classes are negative */
        public PoolFirst {
            require(norm, classes);
        }

        @Override
        public Head withClasses(int newClasses) {
            return new PoolFirst(norm, newClasses);
        }

        @Override
        public Head withNorm(Norm newNorm) {
            return new PoolFirst(newNorm, classes);
        }
    }

    /**
     * Norm of each pixel, average pooling, linear: timm's {@code head_norm_first}.
     *
     * @param norm    of the last map
     * @param classes outputs of the linear; 0 if there is none
     */
    record NormFirst(Norm norm, int classes) implements Head {

        /** @throws IllegalArgumentException if the classes are negative */
        public NormFirst {
            require(norm, classes);
        }

        @Override
        public Head withClasses(int newClasses) {
            return new NormFirst(norm, newClasses);
        }

        @Override
        public Head withNorm(Norm newNorm) {
            return new NormFirst(newNorm, classes);
        }
    }

    /**
     * Average pooling, norm, linear, GELU, linear: timm's {@code head_hidden_size}. The features are what the second
     * linear takes in.
     *
     * @param norm    of the pooled features
     * @param hidden  outputs of the first linear
     * @param classes outputs of the second linear; 0 if there is none
     */
    record Mlp(Norm norm, int hidden, int classes) implements Head {

        /** @throws IllegalArgumentException if the classes are negative or there are no hidden values */
        public Mlp {
            require(norm, classes);
            if (hidden < 1 || hidden > ConvNeXtSpec.MAX_CHANNELS) {
                throw new IllegalArgumentException("a head of " + hidden + " hidden values");
            }
        }

        @Override
        public Head withClasses(int newClasses) {
            return new Mlp(norm, hidden, newClasses);
        }

        @Override
        public Head withNorm(Norm newNorm) {
            return new Mlp(newNorm, hidden, classes);
        }
    }

    private static void require(Norm norm, int classes) {
        Objects.requireNonNull(norm, "norm");
        if (classes < 0) {
            throw new IllegalArgumentException("classes " + classes + " is negative");
        }
    }
}
