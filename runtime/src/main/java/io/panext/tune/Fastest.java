package io.panext.tune;

import io.panext.compile.Backend;
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
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Takes for each op the kernel that is the fastest on a plan's shapes, or one backend alone where that is as good.
 *
 * <p>What is not known yet is measured, in passes over all kernels that end once Java has compiled them: when times hardly
 * fall any more, after ten seconds, or after three passes where those take longer. Times are remembered for the next
 * program. They are those of one worker, so that the choice, and with it the last bits of results, is the same for any
 * number of them. What must not be measured has the first of its kernels.
 */
public final class Fastest implements Selection {

    private static final long NANOS = 10_000_000_000L;
    private static final int LEAST_PASSES = 3;

    /** A trial's part of a pass is this part of the time: longer than it takes to pack weights. */
    private static final int TURNS = 400;

    /** Times hardly fall if all together fall by a smaller share, in as many passes. */
    private static final double CALM = 0.01;
    private static final int CALM_PASSES = 2;

    private final Shape images;
    private final Optional<Backend> frugal;
    private final String machine;
    private final CacheFolder folder;
    private final Consumer<String> notes;
    private final BooleanSupplier mayMeasure;
    private final long nanos;

    /**
     * Describes what will be run.
     *
     * @param images  shape of the input
     * @param frugal  the backend that needs the least memory, if it has kernels for all ops: where the others save little
     *                time, it is taken alone, and once that is known they are not asked for kernels any more
     * @param machine what times depend on besides: processor, versions
     * @param folder  where times are kept
     * @param notes   told what the user should know, in a sentence
     * @param mayMeasure asked before something is measured
     */
    public Fastest(Shape images, Optional<Backend> frugal, String machine, CacheFolder folder, Consumer<String> notes,
            BooleanSupplier mayMeasure) {
        this(images, frugal, machine, folder, notes, mayMeasure, NANOS);
    }

    Fastest(Shape images, Optional<Backend> frugal, String machine, CacheFolder folder, Consumer<String> notes,
            BooleanSupplier mayMeasure, long nanos) {
        this.images = images;
        this.frugal = frugal;
        this.machine = machine;
        this.folder = folder;
        this.notes = notes;
        this.mayMeasure = mayMeasure;
        this.nanos = nanos;
    }

    @Override
    public List<Choice> choose(Graph graph, List<Backend> backends) {
        Measurements known = Measurements.load(folder, machine);
        Optional<Alone> alone = frugal.map(backend -> new Alone(trials(graph, List.of(backend))));
        if (alone.isPresent() && alone.get().suffices(known)) {
            return alone.get().choices(known);
        }
        List<Trial> trials = trials(graph, backends);
        Map<String, Trial> unknown = trials.stream().filter(trial -> !trial.isDecided() && !known.cover(trial))
                .collect(Collectors.toMap(Trial::name, trial -> trial, (first, _) -> first, LinkedHashMap::new));
        if (unknown.isEmpty() || measured(unknown, known)) {
            alone.ifPresent(it -> it.compare(trials, known));
            store(known);
        }
        return alone.isPresent() && alone.get().suffices(known)
                ? alone.get().choices(known)
                : trials.stream().map(trial -> choice(trial, known)).toList();
    }

    private List<Trial> trials(Graph graph, List<Backend> backends) {
        Map<Value, Shape> shapes = graph.shapes(images);
        return graph.nodes().stream().map(node -> trial(node, Selection.kernels(node, backends).toList(), shapes))
                .toList();
    }

    private static Trial trial(Node node, List<Kernel> candidates, Map<Value, Shape> shapes) {
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("no kernel for " + node.name());
        }
        return new Trial(candidates, node.inputs().stream().map(shapes::get).toList(),
                node.outputs().stream().map(shapes::get).toList());
    }

    /** Measures and returns whether it may. */
    private boolean measured(Map<String, Trial> trials, Measurements known) {
        if (!mayMeasure.getAsBoolean()) {
            return false;
        }
        long end = System.nanoTime() + nanos;
        trials.values().forEach(Trial::warmUp);
        double before = Double.POSITIVE_INFINITY;
        int calm = 0;
        for (int pass = 0; pass < LEAST_PASSES || (calm < CALM_PASSES && System.nanoTime() - end < 0); pass++) {
            trials.forEach((name, trial) -> known.add(name, trial.run(nanos / TURNS)));
            double micros = trials.values().stream().mapToDouble(known::micros).sum();
            calm = micros > (1 - CALM) * before ? calm + 1 : 0;
            before = micros;
        }
        return true;
    }

    private void store(Measurements known) {
        try {
            known.store(folder);
        } catch (IOException e) {
            notes.accept("which kernels are fastest cannot be remembered in " + folder.path() + ": " + e
                    + "; " + CacheFolder.REMEDY);
        }
    }

    private static Choice choice(Trial trial, Measurements known) {
        if (trial.isDecided()) {
            return new Choice(trial.candidates().getFirst(), "the only one");
        }
        if (!known.cover(trial)) {
            return new Choice(trial.candidates().getFirst(), "the first of the list, none being measured");
        }
        List<Kernel> fastest = trial.candidates().stream()
                .sorted(Comparator.comparingDouble(kernel -> known.micros(trial, kernel))).toList();
        return new Choice(fastest.getFirst(), fastest.stream().map(kernel -> String.format(Locale.ROOT, "%s %.0f us",
                kernel.name(), known.micros(trial, kernel))).collect(Collectors.joining(" < ")));
    }
}
