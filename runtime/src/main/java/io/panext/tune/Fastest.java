package io.panext.tune;

import io.panext.compile.Kernel;
import io.panext.compile.Selection;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import io.panext.onednn.CacheFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes for each op the kernel that is the fastest on a plan's shapes.
 *
 * <p>What is not known yet is measured. That takes two seconds for all, of which most let Java compile its kernels, or three
 * runs of each kernel where that is longer. Times are remembered for the next program. They are those of one worker, so that
 * the choice, and with it the last bits of results, is the same for any number of them. What must not be measured has the
 * first of its kernels.
 */
public final class Fastest implements Selection {

    private static final long NANOS = 1_900_000_000;

    /** How much of the time is for measuring; until then kernels run to be compiled. */
    private static final double MEASURED = 0.15;

    private final Shape images;
    private final String machine;
    private final CacheFolder folder;
    private final Consumer<String> notes;
    private final BooleanSupplier mayMeasure;
    private final long nanos;

    /**
     * Describes what will be run.
     *
     * @param images  shape of the input
     * @param machine what times depend on besides: processor, versions
     * @param folder  where times are kept
     * @param notes   told what the user should know, in a sentence
     * @param mayMeasure asked before something is measured
     */
    public Fastest(Shape images, String machine, CacheFolder folder, Consumer<String> notes,
            BooleanSupplier mayMeasure) {
        this(images, machine, folder, notes, mayMeasure, NANOS);
    }

    Fastest(Shape images, String machine, CacheFolder folder, Consumer<String> notes, BooleanSupplier mayMeasure,
            long nanos) {
        this.images = images;
        this.machine = machine;
        this.folder = folder;
        this.notes = notes;
        this.mayMeasure = mayMeasure;
        this.nanos = nanos;
    }

    @Override
    public List<Choice> choose(Graph graph, Function<Node, Stream<Kernel>> candidates) {
        Map<Value, Shape> shapes = graph.shapes(images);
        List<Trial> trials = graph.nodes().stream()
                .map(node -> trial(node, candidates.apply(node).toList(), shapes)).toList();
        Measurements known = Measurements.load(folder, machine);
        Map<String, Trial> unknown = trials.stream().filter(trial -> trial.candidates().size() > 1)
                .filter(trial -> !covers(known, trial))
                .collect(Collectors.toMap(Trial::name, trial -> trial, (first, _) -> first, LinkedHashMap::new));
        if (!unknown.isEmpty() && mayMeasure.getAsBoolean()) {
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

    private static boolean covers(Measurements known, Trial trial) {
        Map<String, Double> times = known.micros().get(trial.name());
        return times != null
                && trial.candidates().stream().map(Kernel::name).map(times::get).allMatch(Objects::nonNull);
    }

    private void measure(Map<String, Trial> trials, Measurements known) {
        long end = System.nanoTime() + nanos;
        inTurn(trials, end - (long) (MEASURED * nanos), (_, trial, part) -> trial.warmUp(part));
        inTurn(trials, end, (name, trial, part) -> known.add(name, trial.run(part)));
        try {
            known.store(folder);
        } catch (IOException e) {
            notes.accept("which kernels are fastest cannot be remembered in " + folder.path() + ": " + e
                    + "; " + CacheFolder.REMEDY);
        }
    }

    /** What is done with a trial in its part of the time. */
    @FunctionalInterface
    private interface Turn {
        void take(String name, Trial trial, long nanos);
    }

    /** Gives each trial its part of the time that is left when its turn comes. */
    private static void inTurn(Map<String, Trial> trials, long end, Turn turn) {
        int left = trials.size();
        for (Map.Entry<String, Trial> trial : trials.entrySet()) {
            turn.take(trial.getKey(), trial.getValue(), (end - System.nanoTime()) / left--);
        }
    }

    private static Choice choice(Trial trial, Measurements known) {
        if (trial.candidates().size() == 1) {
            return new Choice(trial.candidates().getFirst(), "the only one");
        }
        if (!covers(known, trial)) {
            return new Choice(trial.candidates().getFirst(), "the first of the list, none being measured");
        }
        Map<String, Double> times = known.micros().get(trial.name());
        var fastest = new ArrayList<Kernel>(trial.candidates());
        fastest.sort((a, b) -> Double.compare(times.get(a.name()), times.get(b.name())));
        return new Choice(fastest.getFirst(),
                fastest.stream().map(kernel -> String.format(Locale.ROOT, "%s %.0f us", kernel.name(),
                        times.get(kernel.name()))).collect(Collectors.joining(" < ")));
    }
}
