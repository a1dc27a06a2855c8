package io.panext;

import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.compile.Program;
import io.panext.compile.Selection;
import io.panext.dnnl.DnnlBackend;
import io.panext.dnnl.WeightLayout;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.onednn.CacheFolder;
import io.panext.onednn.DataType;
import io.panext.onednn.Isa;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import io.panext.simd.SimdBackend;
import io.panext.tune.Fastest;
import io.panext.tune.Machine;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The backends that options ask for.
 *
 * @param list      in order of preference
 * @param compiler  what the compiler may do
 * @param selection chooses among them
 */
record Backends(List<Backend> list, Program.Options compiler, Selection selection) {

    private static final Backend SIMD = new SimdBackend();

    /**
     * Finds them. oneDNN is loaded if it is needed: not where {@link BackendChoice#AUTO} knows that it saves little.
     *
     * @param images shape of what will be run
     * @param notes  told what the user should know, in a sentence: why oneDNN is not used although it is there
     * @param mayMeasure asked before kernels are measured
     * @throws BackendUnavailableException if what was asked for cannot be had
     */
    static Backends of(Options options, Shape images, Consumer<String> notes, BooleanSupplier mayMeasure) {
        if (options.precision() == Precision.BF16) {
            return bf16(options, images, notes, mayMeasure);
        }
        return switch (options.backend()) {
            case SIMD -> simd(options);
            case ONEDNN -> {
                require();
                yield onednn(options, Selection.FIRST);
            }
            case AUTO -> {
                if (options.expectsFewRuns()) {
                    yield isLoaded(notes) ? onednn(options, Selection.AT_ONCE) : simd(options);
                }
                yield Onednn.identity().map(library -> fastest(options, library, images, notes, mayMeasure))
                        .orElseGet(() -> simd(options));
            }
        };
    }

    private static Backends simd(Options options) {
        return new Backends(List.of(SIMD), options.compiler(), Selection.FIRST);
    }

    /** Before a few runs, weights that oneDNN takes as they are stay as they are. */
    private static Backends onednn(Options options, Selection selection) {
        return new Backends(List.of(new DnnlBackend(DataType.F32, layout(options)), SIMD),
                options.expectsFewRuns() ? options.compiler().forFewRuns() : options.compiler(), selection);
    }

    private static Backends fastest(Options options, String library, Shape images, Consumer<String> notes,
            BooleanSupplier mayMeasure) {
        var onednn = new OnednnWhenAsked(new DnnlBackend(DataType.F32, layout(options)), notes);
        return new Backends(List.of(onednn, SIMD), options.compiler(), new Fastest(images, Optional.of(SIMD),
                machine(library), CacheFolder.ofUser(), notes, mayMeasure));
    }

    private static Backends bf16(Options options, Shape images, Consumer<String> notes, BooleanSupplier mayMeasure) {
        if (options.backend() == BackendChoice.SIMD) {
            throw new BackendUnavailableException("bf16 needs oneDNN: the backend must not be simd");
        }
        Isa isa = require().isa();
        if (!isa.bf16()) {
            throw new BackendUnavailableException("bf16 needs instructions that this machine lacks: it has "
                    + isa.name() + "; fp32 works everywhere");
        }
        Backend bf16 = new DnnlBackend(DataType.BF16, layout(options));
        return new Backends(List.of(bf16, op -> rounds(op, bf16) ? Stream.empty() : SIMD.kernels(op)),
                options.compiler(), bf16Selection(options, images, notes, mayMeasure));
    }

    private static Selection bf16Selection(Options options, Shape images, Consumer<String> notes,
            BooleanSupplier mayMeasure) {
        if (options.backend() == BackendChoice.ONEDNN) {
            return Selection.FIRST;
        }
        return options.expectsFewRuns()
                ? Selection.AT_ONCE
                : new Fastest(images, Optional.empty(), machine(Onednn.identity().orElseThrow()),
                        CacheFolder.ofUser(), notes, mayMeasure);
    }

    private static WeightLayout layout(Options options) {
        return options.expectsFewRuns() ? WeightLayout.TRANSPOSED : WeightLayout.PACKED;
    }

    /** Loads oneDNN for those who cannot do without it. */
    private static Onednn require() {
        try {
            return Onednn.find().orElseThrow(() -> new BackendUnavailableException(Onednn.ABSENT));
        } catch (OnednnUnavailableException e) {
            throw new BackendUnavailableException(e.getMessage(), e);
        }
    }

    /** Loads oneDNN for those who can do without it. */
    private static boolean isLoaded(Consumer<String> notes) {
        try {
            return Onednn.find().isPresent();
        } catch (OnednnUnavailableException e) {
            notes.accept(e.getMessage() + ": the Vector API does everything");
            return false;
        }
    }

    /** oneDNN's kernels, for which it is loaded when they are first asked for. */
    private static final class OnednnWhenAsked implements Backend {

        private final Backend onednn;
        private final Consumer<String> notes;
        private Optional<Boolean> loaded = Optional.empty();

        OnednnWhenAsked(Backend onednn, Consumer<String> notes) {
            this.onednn = onednn;
            this.notes = notes;
        }

        @Override
        public Stream<Kernel> kernels(Op op) {
            loaded = Optional.of(loaded.orElseGet(() -> isLoaded(notes)));
            return loaded.get() ? onednn.kernels(op) : Stream.empty();
        }
    }

    /**
     * Names what the speed of kernels depends on. Another version may have other kernels, or other names for them.
     *
     * @param library identity of oneDNN
     */
    static String machine(String library) {
        return Machine.name("panext " + Version.NUMBER + ", oneDNN " + library);
    }

    /** Returns whether an op is done in bf16, so that no fp32 kernel may take its place. */
    private static boolean rounds(Op op, Backend bf16) {
        return op instanceof Op.Linear || (op instanceof Op.Downsample && bf16.kernels(op).findAny().isPresent());
    }
}
