package io.panext.tune;

import io.panext.compile.Kernel;
import io.panext.compile.Selection;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import io.panext.onednn.CacheFolder;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes for each op the kernel that is the fastest on a plan's shapes.
 *
 * <p>What is not known yet is measured, in two passes, of which the first lets Java compile its kernels. Both take two
 * seconds at most, and what was not measured by then comes after what was: the next program goes on where this one ended.
 * So does what Java was still compiling, whose runs become shorter until the last. Times are those of one worker, so that
 * the choice, and with it the last bits of results, is the same for any number of them.
 */
public final class Fastest implements Selection {

    /** Of two seconds, what is left when the last run is waited for. */
    private static final long NANOS = 1_800_000_000;

    private static final int PASSES = 2;
    private static final int LEAST_ROUNDS = 2;

    /** What the second half of the runs may be faster than the first, by chance. */
    private static final double SETTLED = 0.9;

    private final Shape images;
    private final String machine;
    private final CacheFolder folder;
    private final Consumer<String> notes;
    private final LongSupplier clock;

    /**
     * Describes what will be run.
     *
     * @param images  shape of the input
     * @param machine what times depend on besides: processor, versions
     * @param folder  where times are kept
     * @param notes   told what the user should know, in a sentence
     */
    public Fastest(Shape images, String machine, CacheFolder folder, Consumer<String> notes) {
        this(images, machine, folder, notes, System::nanoTime);
    }

    Fastest(Shape images, String machine, CacheFolder folder, Consumer<String> notes, LongSupplier clock) {
        this.clock = clock;
        this.images = images;
        this.machine = machine;
        this.folder = folder;
        this.notes = notes;
    }

    @Override
    public List<Choice> choose(Graph graph, Function<Node, Stream<Kernel>> candidates) {
        Map<Value, Shape> shapes = graph.shapes(images);
        List<Trial> trials = graph.nodes().stream()
                .map(node -> trial(node, candidates.apply(node).toList(), shapes)).toList();
        Measurements known = Measurements.load(folder, machine);
        SequencedMap<String, Trial> unknown = new LinkedHashMap<>();
        trials.stream().filter(trial -> trial.candidates().size() > 1 && !unknown(trial, known).isEmpty())
                .forEach(trial -> unknown.put(trial.name(), trial));
        if (!unknown.isEmpty()) {
            measure(unknown, known);
        }
        return trials.stream().map(trial -> choice(trial, known)).toList();
    }

    private Trial trial(Node node, List<Kernel> candidates, Map<Value, Shape> shapes) {
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("no kernel for " + node.name());
        }
        return new Trial(candidates, node.inputs().stream().map(shapes::get).toList(),
                node.outputs().stream().map(shapes::get).toList());
    }

    private static List<Kernel> unknown(Trial trial, Measurements known) {
        Map<String, Double> times = known.times(trial);
        return trial.candidates().stream().filter(kernel -> !times.containsKey(kernel.name())).toList();
    }

    private void measure(SequencedMap<String, Trial> trials, Measurements known) {
        Timer timer = Timer.of(clock, NANOS);
        warmUp(trials, known, timer.part(PASSES));
        var measured = new LinkedHashMap<String, Map<String, Double>>();
        int left = trials.size();
        for (Trial trial : trials.values()) {
            measured.put(trial.name(), times(trial, unknown(trial, known), timer, timer.part(left--)));
        }
        measured.values().removeIf(Map::isEmpty);
        known.add(measured);
        try {
            known.store(folder, measured);
        } catch (IOException e) {
            notes.accept("which kernels are fastest cannot be remembered in " + folder.path() + ": " + e);
        }
    }

    private static void warmUp(SequencedMap<String, Trial> trials, Measurements known, Timer timer) {
        int left = trials.size();
        for (Trial trial : trials.values()) {
            Timer own = timer.part(left--);
            List<Kernel> kernels = unknown(trial, known).stream().filter(Kernel::needsWarmUp).toList();
            if (!kernels.isEmpty() && !timer.isOver()) {
                try (var bound = new BoundKernels(trial, kernels, timer)) {
                    bound.run(1, own.end());
                }
            }
        }
    }

    /** Returns the times of those kernels that were run often enough to be judged. */
    private static Map<String, Double> times(Trial trial, List<Kernel> kernels, Timer timer, Timer own) {
        if (timer.isOver()) {
            return Map.of();
        }
        try (var bound = new BoundKernels(trial, kernels, timer)) {
            Map<String, Double> earlier = bound.run(LEAST_ROUNDS, own.part(2).end());
            Map<String, Double> times = bound.run(LEAST_ROUNDS, own.end());
            times.entrySet().removeIf(time -> time.getValue() < SETTLED * earlier.get(time.getKey()));
            times.replaceAll((kernel, time) -> Math.min(time, earlier.get(kernel)));
            return times;
        }
    }

    private static Choice choice(Trial trial, Measurements known) {
        if (trial.candidates().size() == 1) {
            return new Choice(trial.candidates().getFirst(), "the only one");
        }
        Map<String, Double> times = known.times(trial);
        List<Kernel> measured = trial.candidates().stream().filter(kernel -> times.containsKey(kernel.name()))
                .sorted(Comparator.comparing(kernel -> times.get(kernel.name()))).toList();
        String reason = measured.stream()
                .map(kernel -> String.format(Locale.ROOT, "%s %.0f us", kernel.name(), times.get(kernel.name())))
                .collect(Collectors.joining(" < "));
        List<Kernel> unknown = unknown(trial, known);
        if (measured.isEmpty()) {
            return new Choice(unknown.getFirst(), "the first of the list: none is measured yet");
        }
        return new Choice(measured.getFirst(), unknown.isEmpty()
                ? reason
                : reason + "; not measured yet: "
                        + unknown.stream().map(Kernel::name).collect(Collectors.joining(", ")));
    }
}
