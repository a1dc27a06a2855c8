package io.panext.zoo.checkpoint;

import io.panext.zoo.ConvNeXtSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * A checkpoint without a file: every value follows from its tensor's name, shape and index.
 *
 * <p>Models of any size can thus be tested against a reference, and timed, without shipping weights. The values are
 * {@code base + amp * u(name, i)} in fp32, where {@code i} is the row-major index and {@code u} is uniform in [-1, 1):
 *
 * <pre>
 * h(name)    = FNV-1a, 64 bit, over the name's UTF-8 bytes
 * r(name, i) = mix(h(name) + (i + 1) * 0x9E3779B97F4A7C15)      mix: SplitMix64's output function
 * u(name, i) = (float) ((r &gt;&gt;&gt; 40) / 2^24 * 2 - 1)
 * </pre>
 *
 * <table>
 * <caption>Base and amplitude by name</caption>
 * <tr><th>name</th><th>base</th><th>amp</th></tr>
 * <tr><td>ends with {@code grn.weight} or {@code grn.gamma}</td><td>0</td><td>0.5</td></tr>
 * <tr><td>ends with {@code grn.bias} or {@code grn.beta}</td><td>0</td><td>0.1</td></tr>
 * <tr><td>last part {@code gamma}: layer scale</td><td>0.5</td><td>0.25</td></tr>
 * <tr><td>last part {@code mask_token}</td><td>0</td><td>0.5</td></tr>
 * <tr><td>last part {@code bias}</td><td>0</td><td>0.1</td></tr>
 * <tr><td>last part {@code weight}, one dimension: norms</td><td>1</td><td>0.25</td></tr>
 * <tr><td>anything else: convolutions, linears</td><td>0</td><td>sqrt(3 / fan-in)</td></tr>
 * </table>
 */
public final class SyntheticCheckpoint implements Checkpoint {

    private static final long FNV_OFFSET_BASIS = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final Range IMAGE_RANGE = new Range(0, 2);

    private final String name;
    private final SequencedMap<String, TensorInfo> tensors;

    private SyntheticCheckpoint(String name, Collection<TensorInfo> tensors) {
        this.name = name;
        var byName = new LinkedHashMap<String, TensorInfo>();
        tensors.forEach(info -> byName.put(info.name(), info));
        this.tensors = Collections.unmodifiableSequencedMap(byName);
    }

    /** Returns all parameters of an architecture under their canonical names, as F32. */
    public static SyntheticCheckpoint of(ConvNeXtSpec spec) {
        return of(spec.parameters().stream().map(parameter -> new TensorInfo(parameter.name(), DType.F32, parameter
                .shape())).toList());
    }

    /**
     * Returns the random numbers behind everything here: {@code u(name, i)}, uniform in [-1, 1).
     *
     * @param size how many
     */
    public static float[] uniform(String name, int size) {
        float[] values = new float[size];
        new Range(0, 1).read(name, 0, values, size);
        return values;
    }

    /**
     * Returns tensors of any names and shapes, such as those of another key layout.
     *
     * @throws IllegalArgumentException if one is not F32
     */
    public static SyntheticCheckpoint of(Collection<TensorInfo> tensors) {
        if (tensors.stream().anyMatch(info -> info.dtype() != DType.F32)) {
            throw new IllegalArgumentException("synthetic tensors are F32");
        }
        return new SyntheticCheckpoint("synthetic", tensors);
    }

    /**
     * Returns the images that belong to synthetic weights: {@code 2 * u("input", i)}, already normalised.
     *
     * @return row-major [images, 3, height, width]
     */
    public static float[] images(int images, int height, int width) {
        int size = Math.multiplyExact(Math.multiplyExact(images, ConvNeXtSpec.IMAGE_CHANNELS),
                Math.multiplyExact(height, width));
        float[] values = new float[size];
        IMAGE_RANGE.read("input", 0, values, size);
        return values;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SequencedMap<String, TensorInfo> tensors() {
        return tensors;
    }

    /** {@inheritDoc} Here they are made anew by every call and live as long as they are reachable. */
    @Override
    public MemorySegment bytes(String tensor) {
        return Arena.ofAuto().allocateFrom(DType.FLOAT.withByteAlignment(Float.BYTES), floats(tensor)).asReadOnly();
    }

    @Override
    public void read(String tensor, long from, float[] dst, int count) {
        TensorInfo info = info(tensor);
        Objects.checkFromIndexSize(from, count, info.size());
        Range.of(info).read(tensor, from, dst, count);
    }

    /** Does nothing: there is nothing to release. */
    @Override
    public void close() {}

    private static long hash(String name) {
        long hash = FNV_OFFSET_BASIS;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ Byte.toUnsignedLong(b)) * FNV_PRIME;
        }
        return hash;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** The values that a tensor draws from: {@code base - amp} to {@code base + amp}. */
    private record Range(float base, float amp) {

        private static final Range GRN_SCALE = new Range(0, 0.5f);
        private static final Range GRN_SHIFT = new Range(0, 0.1f);
        private static final Range LAYER_SCALE = new Range(0.5f, 0.25f);
        private static final Range MASK_TOKEN = new Range(0, 0.5f);
        private static final Range BIAS = new Range(0, 0.1f);
        private static final Range NORM_WEIGHT = new Range(1, 0.25f);

        static Range of(TensorInfo info) {
            String name = info.name();
            if (name.endsWith("grn.weight") || name.endsWith("grn.gamma")) {
                return GRN_SCALE;
            }
            if (name.endsWith("grn.bias") || name.endsWith("grn.beta")) {
                return GRN_SHIFT;
            }
            return switch (name.substring(name.lastIndexOf('.') + 1)) {
                case "gamma" -> LAYER_SCALE;
                case "mask_token" -> MASK_TOKEN;
                case "bias" -> BIAS;
                case "weight" -> info.shape().size() == 1 ? NORM_WEIGHT : ofFanIn(info.shape());
                default -> ofFanIn(info.shape());
            };
        }

        private static Range ofFanIn(List<Integer> shape) {
            long fanIn = shape.stream().skip(1).mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
            return new Range(0, (float) Math.sqrt(3.0 / fanIn));
        }

        void read(String name, long from, float[] dst, int count) {
            long state = hash(name) + from * GOLDEN_GAMMA;
            for (int i = 0; i < count; i++) {
                state += GOLDEN_GAMMA;
                float u = (float) ((mix(state) >>> 40) * 0x1p-23 - 1);
                dst[i] = base + amp * u;
            }
        }
    }
}
