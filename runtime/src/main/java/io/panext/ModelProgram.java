package io.panext;

import io.panext.compile.PackedProgram;
import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.graph.Graph;
import io.panext.graph.Shape;
import io.panext.zoo.Parameter;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** The program of a loaded model, its weights in memory, and what the user should know of them. Safe for many threads. */
final class ModelProgram implements AutoCloseable {

    private final String name;
    private final Options options;
    private final PackedProgram packed;
    private final List<String> warnings;

    /** How a model is compiled. */
    @FunctionalInterface
    interface Compiler {

        /**
         * Compiles the model.
         *
         * @param parameters finds a parameter by its canonical name
         * @param notes      told what the user should know, in a sentence
         */
        Program compile(Function<String, Parameter> parameters, Consumer<String> notes);
    }

    private ModelProgram(String name, Options options, PackedProgram packed, List<String> warnings) {
        this.name = name;
        this.options = options;
        this.packed = packed;
        this.warnings = List.copyOf(warnings);
    }

    /** Compiles a model and packs its weights. */
    static ModelProgram load(PretrainedModel model, Options options, Compiler compiler) {
        var notes = new ArrayList<String>(model.warnings());
        var notFinite = new ConcurrentSkipListMap<String, String>();
        try (var _ = model.weights().readAhead()) {
            Program program = compiler.compile(key -> new WatchedParameter(model.weights().parameter(key), notFinite),
                    notes::add);
            PackedProgram packed = PackedProgram.pack(program, options.threads());
            notes.addAll(notFinite.values());
            return new ModelProgram(model.name(), options, packed, notes);
        }
    }

    /**
     * Compiles a graph.
     *
     * @param images what will be run: kernels are chosen for this shape
     * @param mayMeasure asked before kernels are measured
     * @throws BackendUnavailableException if the options ask for a backend or a precision that cannot be had
     */
    static Program compile(Graph graph, Options options, Shape images, Consumer<String> notes,
            BooleanSupplier mayMeasure) {
        Backends backends = Backends.of(options, images, notes, mayMeasure);
        return Program.compile(graph, backends.compiler(), backends.list(), backends.selection());
    }

    Plan plan(Shape images) {
        return Plan.of(packed.program(), images, options.threads(), options.mode());
    }

    List<String> warnings() {
        return warnings;
    }

    /** @throws IllegalStateException if the model is closed */
    PackedProgram packed() {
        if (!packed.isOpen()) {
            throw new IllegalStateException("the model " + name + " is closed");
        }
        return packed;
    }

    /** Frees the weights once no session runs. Closing twice does nothing. */
    @Override
    public void close() {
        packed.close();
    }
}
