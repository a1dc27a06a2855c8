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
import java.util.HashMap;
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
 * seconds at most, and what was not measured by then comes after what was, as does what Java was still compiling, whose
 * runs become shorter until the last: the next programs go on where this one ended, a few of them. Times are those of one
 * worker, so that the choice, and with it the last bits of results, is the same for any number of them.
 */
public final class Fastest implements Selection {

    /** Of two seconds, what is left when the last run is waited for. */
    private static final long NANOS = 1_800_000_000;

    private static final int PASSES = 2;

    /** What the second half of the runs may be faster than the first, by chance. */
    private static final double SETTLED = 0.9;
    private static final double SETTLED_MICROS = 1;

    /** Programs that measure a trial before it is left at what is known. */
    private static final int MOST_TRIES = 5;

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
        trials.stream().filter(trial -> trial.candidates().size() > 1 && isWorthMeasuring(trial, known))
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

    private static boolean isWorthMeasuring(Trial trial, Measurements known) {
        return !unknown(trial, known).isEmpty() && known.tries().getOrDefault(trial.name(), 0) < MOST_TRIES;
    }

    private static List<Kernel> unknown(Trial trial, Measurements known) {
        Map<String, Double> times = known.times(trial);
        return trial.candidates().stream().filter(kernel -> !times.containsKey(kernel.name())).toList();
    }

    private void measure(SequencedMap<String, Trial> trials, Measurements known) {
        Timer timer = Timer.of(clock, NANOS);
        warmUp(trials, known, timer.part(PASSES));
        int left = trials.size();
        for (Trial trial : trials.values()) {
            Timer own = timer.part(left);
            if (!timer.isOver()) {
                measure(trial, known, timer, own);
                if (left == trials.size() || !timer.isOver()) {
                    known.tries().merge(trial.name(), 1, Integer::sum);
                }
            }
            left--;
        }
        try {
            known.store(folder);
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
                    bound.warmUp(own.end());
                }
            }
        }
    }

    private static void measure(Trial trial, Measurements known, Timer timer, Timer own) {
        var times = new HashMap<String, Double>();
        try (var bound = new BoundKernels(trial, unknown(trial, known), timer)) {
            bound.warmUp(timer.now());
            Map<String, Double> earlier = bound.run(own.part(2).end());
            Map<String, Double> later = bound.run(own.end());
            earlier.forEach((kernel, time) -> {
                if (later.containsKey(kernel) && isSettled(time, later.get(kernel))) {
                    times.put(kernel, Math.min(time, later.get(kernel)));
                }
            });
        }
        known.add(trial.name(), times);
    }

    private static boolean isSettled(double earlier, double later) {
        return later >= SETTLED * earlier - SETTLED_MICROS;
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
