package io.panext.zoo.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * A state dict that {@code torch.save} wrote, alone or in a training checkpoint.
 *
 * <p>The tensors are mapped and read when asked for. Whatever else the file holds is passed over; averaged weights
 * (EMA) are preferred, as timm prefers them, unless others are chosen.
 */
final class TorchCheckpoint implements Checkpoint {

    /** Keys under which programs keep their state dict, the best weights first. */
    private static final List<String> CONTAINERS = List.of("state_dict_ema", "model_ema", "state_dict", "model",
            "module");

    private static final int DEEPEST_CONTAINER = 4;
    private static final int NAMED_AT_MOST = 3;

    private final String name;
    private final Arena arena;
    private final Map<String, MemorySegment> storages;
    private final Map<String, TorchTensor> stored = new LinkedHashMap<>();
    private final SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final List<String> omitted = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private TorchCheckpoint(String name, TorchFile file, Arena arena, Optional<String> weights)
            throws CheckpointException {
        this.name = name;
        this.arena = arena;
        this.storages = file.storages();
        SequencedMap<String, Object> items = stateDict(weights.isPresent()
                ? chosen(file.object(), weights.get())
                : file.object()).items();
        items.forEach((key, value) -> {
            if (value instanceof TorchTensor tensor) {
                stored.put(key, tensor);
                tensors.put(key, tensor.info(key));
            } else {
                omitted.add(key);
            }
        });
        if (tensors.isEmpty()) {
            throw new CheckpointException(name, "holds no state dict; it has " + described(items));
        }
        checkSums(file);
    }

    /**
     * Reads a checkpoint that is in memory, without copying the tensors, and takes over that memory.
     *
     * @param owner   arena of the file's memory: closed by {@link #close()}, or at once if this method throws
     * @param weights key of the state dict that is wanted, where there are several
     */
    static TorchCheckpoint of(String name, MemorySegment file, Arena owner, Optional<String> weights)
            throws CheckpointException {
        try {
            return new TorchCheckpoint(name, TorchFile.read(name, file, owner), owner, weights);
        } catch (CheckpointException e) {
            owner.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SequencedMap<String, TensorInfo> tensors() {
        return Collections.unmodifiableSequencedMap(tensors);
    }

    @Override
    public List<String> omitted() {
        return List.copyOf(omitted);
    }

    @Override
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** {@inheritDoc} A tensor that is stored in another order, as PyTorch's channels-last ones are, is copied. */
    @Override
    public MemorySegment bytes(String tensor) {
        return bytes(tensor, 0, info(tensor).size());
    }

    @Override
    public List<MemorySegment> mapped(String tensor) {
        info(tensor);
        return MappedFile.mapped(storages.get(stored.get(tensor).storage().key()));
    }

    @Override
    public void read(String tensor, long from, float[] dst, int count) {
        TensorInfo info = info(tensor);
        DType dtype = info.requireWeight(name);
        MemorySegment part = bytes(tensor, from, count);
        dtype.toFloats(part, dst);
        if (part.isMapped()) {
            MappedFile.forget(bytes(tensor, 0, from + count), part.byteSize(), from + count == info.size());
        }
    }

    private MemorySegment bytes(String tensor, long from, long count) {
        TorchTensor view = stored.get(tensor);
        return view.bytes(storages.get(view.storage().key()), from, count);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /** PyTorch can be told to write no checksums, so one that is wrong is no proof. */
    private void checkSums(TorchFile file) {
        boolean object = file.checksum().test(null);
        long storages = stored.values().stream().map(tensor -> tensor.storage().key()).distinct()
                .filter(key -> !file.checksum().test(key)).count();
        if (!object || storages > 0) {
            warnings.add(name + ": its checksums are wrong (" + (object ? "" : "the pickle; ") + storages
                    + " storages): the file is damaged, or was saved without them");
        }
    }

    private PythonDict stateDict(Object object) throws CheckpointException {
        Object candidate = object;
        for (int depth = 0; depth <= DEEPEST_CONTAINER; depth++) {
            if (!(candidate instanceof PythonDict dict)) {
                throw new CheckpointException(name, "holds " + described(candidate) + ", not a state dict");
            }
            Optional<String> inner = container(dict);
            if (inner.isEmpty()) {
                return dict;
            }
            candidate = dict.items().get(inner.get());
            dict.items().keySet().stream().filter(key -> !key.equals(inner.get())).forEach(omitted::add);
        }
        throw new CheckpointException(name, "keeps its state dict too deep inside other dicts");
    }

    /** Returns one of the state dicts that a training checkpoint holds side by side. */
    private Object chosen(Object object, String wanted) throws CheckpointException {
        SequencedMap<String, Object> items = object instanceof PythonDict dict ? dict.items() : new LinkedHashMap<>();
        List<String> choices = items.keySet().stream().filter(key -> holdsTensors(items.get(key))).toList();
        if (choices.isEmpty()) {
            throw CheckpointException.withoutChoice(name, wanted);
        }
        if (!choices.contains(wanted)) {
            throw new CheckpointException(name, "has no weights '" + wanted + "'; it has "
                    + String.join(", ", choices));
        }
        items.keySet().stream().filter(key -> !key.equals(wanted)).forEach(omitted::add);
        return items.get(wanted);
    }

    private static boolean holdsTensors(Object value) {
        Object candidate = value;
        for (int depth = 0; depth < DEEPEST_CONTAINER && candidate instanceof PythonDict dict; depth++) {
            Optional<String> inner = container(dict);
            if (inner.isEmpty()) {
                return dict.items().values().stream().anyMatch(TorchTensor.class::isInstance);
            }
            candidate = dict.items().get(inner.get());
        }
        return false;
    }

    private static Optional<String> container(PythonDict dict) {
        return CONTAINERS.stream().filter(key -> dict.items().get(key) instanceof PythonDict found
                && !found.items().isEmpty()).findFirst();
    }

    private static String described(SequencedMap<String, Object> items) {
        return items.isEmpty()
                ? "nothing"
                : items.entrySet().stream().limit(NAMED_AT_MOST)
                        .map(item -> item.getKey() + " (" + described(item.getValue()) + ")")
                        .collect(Collectors.joining(", ")) + (items.size() > NAMED_AT_MOST ? ", …" : "");
    }

    private static String described(Object value) {
        return switch (value) {
            case PythonObject object -> "Python's " + object.type();
            case PythonDict dict -> "a dict";
            case TorchTensor tensor -> "a tensor";
            case null -> "None";
            default -> "a plain value";
        };
    }
}
