package io.panext;

import io.panext.compile.Backend;
import io.panext.compile.Program;
import io.panext.compile.Selection;
import io.panext.dnnl.DnnlBackend;
import io.panext.dnnl.WeightLayout;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.onednn.CacheFolder;
import io.panext.onednn.DataType;
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
 * @param list    in order of preference
 * @param onednn  oneDNN, if it is one of them
 * @param warning what the user should know: why oneDNN is not used although it is there
 */
record Backends(List<Backend> list, Optional<Onednn> onednn, Optional<String> warning) {

    private static final Backend SIMD = new SimdBackend();

    /** @throws BackendUnavailableException if what was asked for cannot be had */
    static Backends of(Options options) {
        boolean required = options.backend() == BackendChoice.ONEDNN || options.precision() == Precision.BF16;
        if (options.backend() == BackendChoice.SIMD) {
            if (required) {
                throw new BackendUnavailableException("bf16 needs oneDNN: the backend must not be simd");
            }
            return new Backends(List.of(SIMD), Optional.empty(), Optional.empty());
        }
        try {
            Optional<Onednn> onednn = Onednn.find();
            if (onednn.isEmpty() && required) {
                throw new BackendUnavailableException(Onednn.ABSENT);
            }
            return onednn.map(library -> with(library, options))
                    .orElseGet(() -> new Backends(List.of(SIMD), onednn, Optional.empty()));
        } catch (OnednnUnavailableException e) {
            if (required) {
                throw new BackendUnavailableException(e.getMessage(), e);
            }
            return new Backends(List.of(SIMD), Optional.empty(),
                    Optional.of(e.getMessage() + ": the Vector API does everything"));
        }
    }

    private static Backends with(Onednn onednn, Options options) {
        WeightLayout layout = options.expectsFewRuns() ? WeightLayout.TRANSPOSED : WeightLayout.PACKED;
        return switch (options.precision()) {
            case FP32 -> new Backends(List.of(new DnnlBackend(DataType.F32, layout), SIMD), Optional.of(onednn),
                    Optional.empty());
            case BF16 -> {
                if (!onednn.isa().bf16()) {
                    throw new BackendUnavailableException("bf16 needs instructions that this machine lacks: it has "
                            + onednn.isa().name() + "; fp32 works everywhere");
                }
                Backend bf16 = new DnnlBackend(DataType.BF16, layout);
                yield new Backends(List.of(bf16, op -> rounds(op, bf16) ? Stream.empty() : SIMD.kernels(op)),
                        Optional.of(onednn), Optional.empty());
            }
        };
    }

    /** Returns what the compiler may do: before a few runs, weights that oneDNN takes as they are stay as they are. */
    Program.Options compiler(Options options) {
        return onednn.isPresent() && options.expectsFewRuns() && options.precision() == Precision.FP32
                ? options.compiler().forFewRuns()
                : options.compiler();
    }

    /**
     * Returns how to choose among them.
     *
     * @param images shape of what will be run
     * @param notes  told what the user should know, in a sentence
     * @param mayMeasure asked before kernels are measured
     */
    Selection selection(Options options, Shape images, Consumer<String> notes, BooleanSupplier mayMeasure) {
        if (onednn.isEmpty() || options.backend() == BackendChoice.ONEDNN) {
            return Selection.FIRST;
        }
        if (options.expectsFewRuns()) {
            return Selection.AT_ONCE;
        }
        return new Fastest(images, machine(onednn.get()), CacheFolder.ofUser(), notes, mayMeasure);
    }

    /** Another version may have other kernels, or other names for them. */
    static String machine(Onednn onednn) {
        return Machine.name(
                "panext " + Version.NUMBER + ", oneDNN " + onednn.version() + " " + onednn.isa().name());
    }

    /** Returns whether an op is done in bf16, so that no fp32 kernel may take its place. */
    private static boolean rounds(Op op, Backend bf16) {
        return op instanceof Op.Linear || (op instanceof Op.Downsample && bf16.kernels(op).findAny().isPresent());
    }
}
