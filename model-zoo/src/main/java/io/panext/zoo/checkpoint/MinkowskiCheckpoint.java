package io.panext.zoo.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** {@inheritDoc} A part of a kernel takes no more of the stored one than the outputs it is of. */
    @Override
    public void read(String tensor, long from, float[] dst, int count) {
        String kernel = kernels.get(tensor);
        if (kernel == null) {
            stored.read(tensor, from, dst, count);
            return;
        }
        TensorInfo info = info(tensor);
        Objects.checkFromIndexSize(from, count, info.size());
        int out = info.shape().get(0);
        int in = info.shape().get(1);
        int edge = info.shape().get(2);
        int taps = edge * edge;
        int first = (int) (from / ((long) in * taps));
        float[] outputs = new float[(int) Math.ceilDiv(from + count, (long) in * taps) - first];
        for (int tap = 0; tap < taps; tap++) {
            int transposed = tap % edge * edge + tap / edge;
            for (int input = 0; input < in; input++) {
                stored.read(kernel, ((long) tap * in + input) * out + first, outputs, outputs.length);
                for (int i = 0; i < outputs.length; i++) {
                    long to = (((long) first + i) * in + input) * taps + transposed - from;
                    if (to >= 0 && to < count) {
                        dst[(int) to] = outputs[i];
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        stored.close();
    }
}
