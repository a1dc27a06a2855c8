package io.panext.zoo.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A checkpoint whose sparse convolutions look like dense ones.
 *
 * <p>MinkowskiEngine stores a kernel as {@code [K², in, out]}, or {@code [K², channels]} if it is depthwise, under a name
 * that ends in {@code .kernel}. Its first dimension runs down the columns: {@code column · K + row}. Here it is a
 * {@code .weight} of {@code [out, in, K, K]} or {@code [channels, 1, K, K]}.
 */
final class MinkowskiCheckpoint implements Checkpoint {

    private static final String KERNEL = ".kernel";
    private static final String WEIGHT = ".weight";

    private final Checkpoint stored;
    private final SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> kernels = new LinkedHashMap<>();

    private MinkowskiCheckpoint(Checkpoint stored) throws CheckpointException {
        this.stored = stored;
        for (TensorInfo info : stored.tensors().values()) {
            boolean sparse = info.name().endsWith(KERNEL);
            TensorInfo dense = sparse ? dense(info) : info;
            if (tensors.put(dense.name(), dense) != null) {
                throw new CheckpointException(stored.name(), "has two tensors " + dense.name());
            }
            if (sparse) {
                kernels.put(dense.name(), info.name());
            }
        }
    }

    /**
     * Returns a view of a checkpoint without kernels of MinkowskiEngine: itself, if it has none.
     *
     * @throws CheckpointException if one has not the shape of a kernel
     */
    static Checkpoint densified(Checkpoint checkpoint) throws CheckpointException {
        boolean sparse = checkpoint.tensors().keySet().stream().anyMatch(name -> name.endsWith(KERNEL));
        return sparse ? new MinkowskiCheckpoint(checkpoint) : checkpoint;
    }

    private TensorInfo dense(TensorInfo info) throws CheckpointException {
        List<Integer> shape = info.shape();
        int edge = shape.isEmpty() ? 0 : (int) Math.round(Math.sqrt(shape.getFirst()));
        if ((shape.size() != 2 && shape.size() != 3) || edge * edge != shape.getFirst()) {
            throw new CheckpointException(name(), "tensor " + info.name() + " has shape " + shape
                    + "; a sparse kernel is [K*K, in, out] or [K*K, channels]");
        }
        String name = info.name().substring(0, info.name().length() - KERNEL.length()) + WEIGHT;
        int in = shape.size() == 3 ? shape.get(1) : 1;
        return new TensorInfo(name, info.dtype().isWeight() ? DType.F32 : info.dtype(),
                List.of(shape.getLast(), in, edge, edge));
    }

    @Override
    public String name() {
        return stored.name();
    }

    @Override
    public SequencedMap<String, TensorInfo> tensors() {
        return Collections.unmodifiableSequencedMap(tensors);
    }

    @Override
    public Map<String, String> metadata() {
        return stored.metadata();
    }

    @Override
    public List<String> omitted() {
        return stored.omitted();
    }

    @Override
    public List<String> warnings() {
        return stored.warnings();
    }

    /** {@inheritDoc} A kernel is copied, and then F32. */
    @Override
    public MemorySegment bytes(String tensor) {
        return kernels.containsKey(tensor)
                ? Arena.ofAuto().allocateFrom(DType.FLOAT.withByteAlignment(Float.BYTES), floats(tensor)).asReadOnly()
                : stored.bytes(tensor);
    }

    @Override
    public List<MemorySegment> mapped(String tensor) {
        return stored.mapped(kernels.getOrDefault(tensor, tensor));
    }

    @Override
    public float[] floats(String tensor) {
        String kernel = kernels.get(tensor);
        return kernel == null ? stored.floats(tensor) : dense(stored.floats(kernel), info(tensor).shape());
    }

    @Override
    public void read(String tensor, long from, float[] dst, int count) {
        if (kernels.containsKey(tensor)) {
            System.arraycopy(floats(tensor), Math.toIntExact(from), dst, 0, count);
        } else {
            stored.read(tensor, from, dst, count);
        }
    }

    private static float[] dense(float[] kernel, List<Integer> shape) {
        int out = shape.get(0);
        int in = shape.get(1);
        int edge = shape.get(2);
        float[] weights = new float[kernel.length];
        for (int i = 0; i < kernel.length; i++) {
            int tap = i / (in * out);
            int row = tap % edge;
            int column = tap / edge;
            int from = i / out % in;
            weights[((i % out * in + from) * edge + row) * edge + column] = kernel[i];
        }
        return weights;
    }

    @Override
    public void close() {
        stored.close();
    }
}
