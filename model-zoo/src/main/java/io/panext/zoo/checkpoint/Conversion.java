package io.panext.zoo.checkpoint;

import io.panext.zoo.Generation;
import io.panext.zoo.Traits;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A checkpoint as a safetensors file, under the names of another layout, with floats of another type, or both.
 *
 * <p>Nothing is lost: every tensor and every note is written. Tensors that are no part of a ConvNeXt, such as CLIP's text
 * tower, keep their names and bytes; a part for which the layout has no name is refused. Values are copied a piece at a
 * time, so that a model of any size takes little memory.
 */
public final class Conversion {

    /** A ConvNeXt's own tensors, in whatever variant of it. */
    private static final Pattern PARAMETER = Pattern.compile("(stem|stages|blocks|head|norm|norm_pre)\\..+");

    private final Checkpoint source;
    private final Optional<DType> dtype;
    private final List<Output> outputs = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private Conversion(Checkpoint source, Optional<DType> dtype) {
        this.source = source;
        this.dtype = dtype;
    }

    /** A tensor of the new file, and where its values come from: nowhere, if they are zeros. */
    private record Output(TensorInfo info, Optional<TensorInfo> from, Optional<Cast> cast) {}

    /**
     * Prepares a conversion; nothing is read yet but names and shapes.
     *
     * @param source must stay open until all is written
     * @param layout how the new file names its tensors; as the source does, if there is none
     * @param dtype  F32, F16 or BF16, for all floats of these types and F64; as in the source, if there is none
     * @throws CheckpointException      if the source is no ConvNeXt, or one that the layout has no names for
     * @throws IllegalArgumentException if the type is another
     */
    public static Conversion of(Checkpoint source, Optional<TargetLayout> layout, Optional<DType> dtype)
            throws CheckpointException {
        return of(source, layout, dtype, Optional.empty());
    }

    /**
     * Prepares a conversion; nothing is read yet but names and shapes.
     *
     * @param config what lies beside the source: the new file does not tell what it says of activation and norms, and the
     *               user is warned where the layout's readers assume otherwise
     * @throws CheckpointException      as {@link #of(Checkpoint, Optional, Optional)} does
     * @throws IllegalArgumentException likewise
     */
    public static Conversion of(Checkpoint source, Optional<TargetLayout> layout, Optional<DType> dtype,
            Optional<ModelConfig> config) throws CheckpointException {
        if (!dtype.map(DType::isWeight).orElse(true)) {
            throw new IllegalArgumentException("weights cannot be " + dtype.get());
        }
        var conversion = new Conversion(source, dtype);
        if (layout.isPresent()) {
            conversion.rename(layout.get(), config.map(ModelConfig::traits).orElse(Traits.NONE));
        } else {
            source.tensors().values().forEach(info -> conversion.add(info.name(), info.shape(), info));
        }
        conversion.note(source.omitted(), "left out, being no tensors of the state dict");
        return conversion;
    }

    /**
     * Writes the new file, or replaces it once all is written.
     *
     * @param written told of each tensor that has been written
     * @return what the user should know, one sentence each
     * @throws CheckpointException if a value is too large for the new type, or the file cannot be written
     */
    public List<String> write(Path target, Consumer<TensorInfo> written) throws CheckpointException {
        requireDistinctNames();
        // as the format's own library does, so that every tensor is aligned to its type
        List<SafetensorsWriter.Tensor> tensors = outputs.stream()
                .sorted(Comparator.comparingInt((Output output) -> -output.info.dtype().byteSize()))
                .map(output -> new SafetensorsWriter.Tensor(output.info, () -> values(output))).toList();
        SafetensorsWriter.write(target, tensors, metadata(), written);
        var all = new ArrayList<String>(notes);
        long zeroed = outputs.stream().flatMap(output -> output.cast.stream()).mapToLong(Cast::zeroed).sum();
        if (zeroed > 0) {
            all.add(source.name() + ": " + zeroed + " values were too small for " + dtype.orElseThrow()
                    + " and became zero");
        }
        return List.copyOf(all);
    }

    /** Number of tensors that will be written. */
    public int size() {
        return outputs.size();
    }

    private void rename(TargetLayout target, Traits stated) throws CheckpointException {
        KeyLayout layout = ModelWeights.layout(source);
        if (layout == KeyLayout.FCMAE) {
            throw new CheckpointException(source.name(),
                    "is a masked autoencoder, and other layouts have no names for its decoder");
        }
        var parameters = new LinkedHashMap<String, TensorInfo>();
        var others = new ArrayList<TensorInfo>();
        for (TensorInfo info : source.tensors().values()) {
            String canonical = layout.canonical(info.name());
            if (layout.describesModel(info.name()) && PARAMETER.matcher(canonical).matches()) {
                parameters.put(canonical, info);
            } else {
                others.add(info);
            }
        }
        Generation generation = parameters.keySet().stream().anyMatch(name -> name.contains(".mlp.grn."))
                ? Generation.V2
                : Generation.V1;
        Function<String, Optional<String>> names = isIsotropic(parameters.keySet())
                ? target::isotropicKey
                : canonical -> target.key(canonical, generation);
        var shapes = new LinkedHashMap<String, List<Integer>>();
        parameters.forEach((name, info) -> shapes.put(name, info.shape()));
        boolean convolutional = ReaderAssumptions.areConvolutional(shapes);
        for (var parameter : parameters.entrySet()) {
            String canonical = parameter.getKey();
            TensorInfo info = parameter.getValue();
            add(key(target, names, canonical), target.shape(canonical, info.shape(), convolutional), info);
        }
        for (String zero : layout.zeros()) {
            TensorInfo weight = parameters.get(zero.replaceFirst("bias$", "weight"));
            if (weight != null && !parameters.containsKey(zero)) {
                TensorInfo zeros = new TensorInfo(key(target, names, zero), dtype.orElse(weight.dtype()),
                        weight.shape().subList(0, 1));
                outputs.add(new Output(zeros, Optional.empty(), Optional.empty()));
                note(List.of(zeros.name()), "added as zeros, which the source leaves out");
            }
        }
        others.forEach(info -> outputs.add(new Output(info, Optional.of(info), Optional.empty())));
        note(others.stream().map(TensorInfo::name).toList(), "kept as they are, being no part of a ConvNeXt");
        if (layout != target.layout()) {
            note(ReaderAssumptions.wrong(shapes, stated.or(layout.traits()), target),
                    "not told by the new file, whose readers assume otherwise unless a configuration says it");
        }
    }

    private String key(TargetLayout target, Function<String, Optional<String>> names, String canonical)
            throws CheckpointException {
        return names.apply(canonical).orElseThrow(() -> new CheckpointException(source.name(),
                "cannot be written in " + target + "'s layout, which has no name for " + canonical));
    }

    private void add(String name, List<Integer> shape, TensorInfo from) {
        boolean cast = dtype.isPresent() && Cast.reads(from.dtype());
        outputs.add(new Output(new TensorInfo(name, cast ? dtype.get() : from.dtype(), shape), Optional.of(from),
                cast ? Optional.of(new Cast(from.dtype(), dtype.get())) : Optional.empty()));
    }

    private Values values(Output output) {
        if (output.from.isEmpty()) {
            return (_, chunk) -> chunk.fill((byte) 0);
        }
        MemorySegment bytes = source.bytes(output.from.get().name());
        if (output.cast.isEmpty()) {
            return (position, chunk) -> chunk.copyFrom(bytes.asSlice(position, chunk.byteSize()));
        }
        return (position, chunk) -> {
            try {
                output.cast.get().apply(bytes, position / output.info.dtype().byteSize(), chunk);
            } catch (ArithmeticException e) {
                throw new CheckpointException(source.name(), "tensor " + output.from.get().name() + " "
                        + e.getMessage(), e);
            }
        };
    }

    /** The source's notes; transformers does not load a file without a format. */
    private Map<String, String> metadata() {
        var metadata = new LinkedHashMap<String, String>(source.metadata());
        metadata.putIfAbsent("format", "pt");
        return metadata;
    }

    /** Isotropic models have one stage, and no norm in their stem. */
    private static boolean isIsotropic(Set<String> names) {
        return names.contains("stages.0.blocks.0.conv_dw.weight") && !names.contains("stem.1.weight")
                && names.stream().noneMatch(name -> name.startsWith("stages.1."));
    }

    private void requireDistinctNames() throws CheckpointException {
        var names = new LinkedHashMap<String, TensorInfo>();
        for (Output output : outputs) {
            TensorInfo twin = names.put(output.info.name(), output.info);
            if (twin != null) {
                throw new CheckpointException(source.name(), "two tensors would be called " + twin.name());
            }
        }
    }

    private void note(List<String> names, String what) {
        if (!names.isEmpty()) {
            notes.add(source.name() + ": " + what + ": " + ModelWeights.some(names));
        }
    }
}
