package io.panext.zoo;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What no tensor of a checkpoint tells of its architecture. Empty is what is not known.
 *
 * @param activation of the blocks
 * @param norm       formula of all norms
 * @param eps        of all norms, the head's included
 * @param headEps    of the head's norm, where it differs
 */
public record Traits(Optional<Activation> activation, Optional<Norm.Kind> norm, Optional<Double> eps,
        Optional<Double> headEps) {

    /** Nothing known. */
    public static final Traits NONE = new Traits(Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.empty());

    /** Returns all traits of a known architecture. */
    public static Traits of(ConvNeXtSpec spec) {
        return new Traits(Optional.of(spec.activation()), Optional.of(spec.norm().kind()),
                Optional.of(spec.norm().eps()), spec.headNorm().map(Norm::eps));
    }

    /** Returns these traits, and where they do not say everything, those of another, which is not asked for before. */
    public Traits or(Supplier<Traits> other) {
        boolean complete = activation.isPresent() && norm.isPresent() && eps.isPresent();
        return complete ? this : or(other.get());
    }

    /** Returns these traits, and those of another where these say nothing. */
    public Traits or(Traits other) {
        Optional<Double> inheritedHeadEps = eps.isPresent() ? headEps : headEps.or(other::headEps);
        return new Traits(activation.or(other::activation), norm.or(other::norm), eps.or(other::eps),
                inheritedHeadEps);
    }

    /**
     * Returns an architecture with these traits.
     *
     * @throws IllegalArgumentException if its tensors are not those of the norm
     */
    public ConvNeXtSpec applyTo(ConvNeXtSpec spec) {
        Norm own = spec.norm();
        if (norm.isPresent() && norm.get().hasShift() != own.kind().hasShift()) {
            throw new IllegalArgumentException("its norms have " + (own.kind().hasShift() ? "a" : "no")
                    + " bias: they cannot be " + norm.get());
        }
        Norm known = new Norm(norm.orElse(own.kind()), eps.orElse(own.eps()));
        double head = headEps.or(() -> eps).or(() -> spec.headNorm().map(Norm::eps)).orElse(known.eps());
        return spec.with(activation.orElse(spec.activation())).with(known, known.withEps(head));
    }
}
