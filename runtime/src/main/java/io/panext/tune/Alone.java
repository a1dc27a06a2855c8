package io.panext.tune;

import io.panext.compile.Kernel;
import io.panext.compile.Selection.Choice;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A program of one backend's kernels alone.
 *
 * @param trials that backend's candidates for each node, of which the first is meant
 */
record Alone(List<Trial> trials) {

    /**
     * What other backends must save of a run's time to be worth their memory: a library, and what it keeps. Kernels that are
     * timed one by one promise more than whole runs keep: 4 % where V2 Atto got 0.4 % faster, 2 % where Tiny got 1.5 %.
     */
    private static final double WORTHWHILE = 0.07;

    /** Programs of the same name take the same time. */
    private String name() {
        String steps = trials.stream().map(Trial::name).collect(Collectors.joining("\n"));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(steps.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** Returns whether it is known that the fastest of all kernels would save little. */
    boolean suffices(Measurements known) {
        return known.gains().getOrDefault(name(), 1.0) < WORTHWHILE;
    }

    /**
     * Adds what the fastest of all kernels save of this program's time, if there are others at all.
     *
     * @param all the candidates of all backends for the same nodes, measured where there are several
     */
    void compare(List<Trial> all, Measurements known) {
        double own = 0;
        double fastest = 0;
        for (int node = 0; node < all.size(); node++) {
            Trial trial = all.get(node);
            if (!trial.isDecided()) {
                own += known.micros(trial, kernel(node));
                fastest += trial.candidates().stream().mapToDouble(kernel -> known.micros(trial, kernel)).min()
                        .orElseThrow();
            }
        }
        if (own > 0) {
            known.gains().put(name(), 1 - fastest / own);
        }
    }

    private Kernel kernel(int node) {
        return trials.get(node).candidates().getFirst();
    }

    List<Choice> choices(Measurements known) {
        String reason = String.format(Locale.ROOT, "alone: other backends would save %.1f %% of a run",
                100 * known.gains().get(name()));
        return trials.stream().map(trial -> new Choice(trial.candidates().getFirst(), reason)).toList();
    }
}
