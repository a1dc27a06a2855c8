package io.panext.zoo.checkpoint;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.DecoderSpec;
import io.panext.zoo.Parameter;
import io.panext.zoo.ParameterShape;
import io.panext.zoo.Traits;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tensors of a checkpoint as the parameters of a ConvNeXt.
 *
 * <p>The architecture is inferred from the tensors, never from the file's name. When this object exists, every
 * parameter is there, has its shape and a type that can be read, and no other float tensor is left over. Integer
 * tensors that are no parameters, such as a training step's counter, are passed over.
 */
public final class ModelWeights implements AutoCloseable {

    private static final int NAMED_AT_MOST = 3;

    private final Checkpoint checkpoint;
    private final KeyLayout layout;
    private final ConvNeXtSpec spec;
    private final Optional<DecoderSpec> decoder;
    private final Map<String, Parameter> parameters;

    private ModelWeights(Checkpoint checkpoint, KeyLayout layout, ConvNeXtSpec spec, Optional<DecoderSpec> decoder,
            Map<String, Parameter> parameters) {
        this.checkpoint = checkpoint;
        this.layout = layout;
        this.spec = spec;
        this.decoder = decoder;
        this.parameters = Collections.unmodifiableMap(parameters);
    }

    /**
     * Checks a checkpoint and takes it over.
     *
     * @param checkpoint closed by {@link #close()}, or at once if this method throws
     * @throws CheckpointException if its tensors are not exactly those of a ConvNeXt
     */
    public static ModelWeights of(Checkpoint checkpoint) throws CheckpointException {
        return of(checkpoint, Traits.NONE, () -> Traits.NONE);
    }

    /**
     * Checks a checkpoint and takes it over.
     *
     * @param checkpoint closed by {@link #close()}, or at once if this method throws
     * @param stated     what is said of this model itself
     * @param supposed   asked for what neither {@code stated} nor the key layout says
     * @throws CheckpointException if its tensors are not exactly those of a ConvNeXt
     */
    static ModelWeights of(Checkpoint checkpoint, Traits stated, Supplier<Traits> supposed) throws CheckpointException {
        try {
            KeyLayout layout = layout(checkpoint);
            Checkpoint dense = MinkowskiCheckpoint.densified(checkpoint);
            Map<String, TensorInfo> tensors = canonical(dense, layout);
            Map<String, List<Integer>> shapes = shapes(tensors);
            var encoder = new LinkedHashMap<>(shapes);
            encoder.keySet().removeIf(DecoderSpec::describes);
            ConvNeXtSpec spec = ConvNeXtSpec.infer(encoder, stated.or(layout.traits()).or(supposed));
            Optional<DecoderSpec> decoder = DecoderSpec.infer(spec, shapes);
            return new ModelWeights(dense, layout, spec, decoder, bind(dense, layout, spec, decoder, tensors));
        } catch (CheckpointException e) {
            checkpoint.close();
            throw e;
        } catch (IllegalArgumentException e) {
            checkpoint.close();
            throw new CheckpointException(checkpoint.name(), "is not a ConvNeXt: " + e.getMessage(), e);
        }
    }

    /** The architecture that the tensors form. */
    public ConvNeXtSpec spec() {
        return spec;
    }

    /** The decoder of a masked autoencoder, if the checkpoint has one. */
    public Optional<DecoderSpec> decoder() {
        return decoder;
    }

    /** The convention that the checkpoint's keys follow. */
    public KeyLayout layout() {
        return layout;
    }

    /** The checkpoint underneath; it stays this object's. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /**
     * Lets the system read all parameters from the disk, in their order, for somebody who is about to use them. It is
     * closed before these weights.
     */
    public ReadAhead readAhead() {
        return new ReadAhead(parameters.values().stream()
                .flatMap(parameter -> parameter instanceof Stored stored
                        ? checkpoint.mapped(stored.key()).stream()
                        : Stream.empty())
                .distinct().toList());
    }

    /** All parameters in state-dict order. */
    public Collection<Parameter> parameters() {
        return parameters.values();
    }

    /**
     * Returns a parameter, whose values are read when asked for.
     *
     * @param name canonical name
     * @throws IllegalArgumentException if the architecture has no such parameter
     */
    public Parameter parameter(String name) {
        Parameter parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException(checkpoint.name() + ": no parameter " + name);
        }
        return parameter;
    }

    @Override
    public void close() {
        checkpoint.close();
    }

    /** Recognises the convention that a checkpoint's keys follow. */
    static KeyLayout layout(Checkpoint checkpoint) throws CheckpointException {
        Set<String> keys = checkpoint.tensors().keySet();
        return KeyLayout.recognise(keys).orElseThrow(() -> new CheckpointException(checkpoint.name(),
                "is not a ConvNeXt in a known layout: it has none of the tensors "
                        + Stream.of(KeyLayout.values()).map(KeyLayout::signature).collect(Collectors.joining(", "))
                        + "; it has " + some(keys)));
    }

    private static Map<String, TensorInfo> canonical(Checkpoint checkpoint, KeyLayout layout)
            throws CheckpointException {
        var tensors = new LinkedHashMap<String, TensorInfo>();
        for (TensorInfo info : checkpoint.tensors().values()) {
            if (!layout.describesModel(info.name())) {
                continue;
            }
            TensorInfo other = tensors.put(layout.canonical(info.name()), info);
            if (other != null) {
                throw new CheckpointException(checkpoint.name(), "tensors " + other.name() + " and " + info.name()
                        + " are the same parameter");
            }
        }
        return tensors;
    }

    private static Map<String, List<Integer>> shapes(Map<String, TensorInfo> tensors) {
        var shapes = new LinkedHashMap<String, List<Integer>>();
        tensors.forEach((name, info) -> shapes.put(name, info.shape()));
        return shapes;
    }

    private static Map<String, Parameter> bind(Checkpoint checkpoint, KeyLayout layout, ConvNeXtSpec spec,
            Optional<DecoderSpec> decoder, Map<String, TensorInfo> tensors) throws CheckpointException {
        List<ParameterShape> shapes = Stream.concat(spec.parameters().stream(),
                decoder.stream().flatMap(d -> d.parameters().stream())).toList();
        requireSameNames(checkpoint, layout, spec, shapes, tensors);
        var parameters = new LinkedHashMap<String, Parameter>();
        for (ParameterShape shape : shapes) {
            TensorInfo info = tensors.get(shape.name());
            if (info == null) {
                parameters.put(shape.name(), new Zeros(shape));
                continue;
            }
            if (!withoutOnes(info.shape()).equals(withoutOnes(shape.shape()))) {
                throw new CheckpointException(checkpoint.name(), "tensor " + info.name() + " has shape " + info.shape()
                        + "; this architecture needs " + shape.shape());
            }
            if (!info.dtype().isWeight()) {
                throw new CheckpointException(checkpoint.name(), "tensor " + info.name() + " is " + info.dtype()
                        + "; weights must be F32, F16 or BF16");
            }
            parameters.put(shape.name(), new Stored(shape.name(), shape.shape(), checkpoint, info.name()));
        }
        return parameters;
    }

    private static void requireSameNames(Checkpoint checkpoint, KeyLayout layout, ConvNeXtSpec spec,
            List<ParameterShape> shapes, Map<String, TensorInfo> tensors) throws CheckpointException {
        Set<String> expected = shapes.stream().map(ParameterShape::name)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<String> missing = expected.stream().filter(name -> !tensors.containsKey(name)
                && !layout.zeros().contains(name)).toList();
        List<String> unexpected = tensors.entrySet().stream()
                .filter(tensor -> !expected.contains(tensor.getKey()) && !tensor.getValue().dtype().isInteger())
                .map(tensor -> tensor.getValue().name()).toList();
        String problems = Stream
                .of(counted(missing, "missing"), counted(unexpected, "unexpected"))
                .flatMap(Optional::stream).collect(Collectors.joining("; "));
        if (!problems.isEmpty()) {
            throw new CheckpointException(checkpoint.name(), "the tensors do not make up a ConvNeXt "
                    + spec.generation() + " with depths " + spec.depths() + ": " + problems);
        }
    }

    private static Optional<String> counted(List<String> names, String what) {
        return names.isEmpty() ? Optional.empty() : Optional.of(names.size() + " " + what + " (" + some(names) + ")");
    }

    /** Dimensions of one move no value: GRN's [1, 1, 1, 4C] is [4C], a 1×1 kernel [4C, C, 1, 1] is [4C, C]. */
    private static List<Integer> withoutOnes(List<Integer> shape) {
        return shape.stream().filter(dimension -> dimension != 1).toList();
    }

    /** Names the first few. */
    static String some(Collection<String> names) {
        String first = names.stream().limit(NAMED_AT_MOST).collect(Collectors.joining(", "));
        int others = names.size() - NAMED_AT_MOST;
        return names.isEmpty() ? "no tensors" : others > 0 ? first + " and " + others + " more" : first;
    }

    /** A parameter in a checkpoint. */
    private record Stored(String name, List<Integer> shape, Checkpoint checkpoint, String key) implements Parameter {

        @Override
        public float[] values() {
            return checkpoint.floats(key);
        }

        @Override
        public void read(int from, float[] dst, int count) {
            checkpoint.read(key, from, dst, count);
        }
    }

    /** A parameter that a layout leaves out because it is zero. */
    private record Zeros(ParameterShape parameter) implements Parameter {

        @Override
        public String name() {
            return parameter.name();
        }

        @Override
        public List<Integer> shape() {
            return parameter.shape();
        }

        @Override
        public float[] values() {
            return new float[parameter.size()];
        }
    }
}
