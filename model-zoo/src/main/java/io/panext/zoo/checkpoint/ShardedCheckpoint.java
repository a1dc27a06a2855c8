package io.panext.zoo.checkpoint;

import static io.panext.zoo.checkpoint.ConfigFile.require;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** Several files as one checkpoint, by the index that Hugging Face puts beside them: {@code *.index.json}. */
final class ShardedCheckpoint implements Checkpoint {

    private static final String SUFFIX = ".index.json";
    private static final int MAX_SHARDS = 1000;

    private final String name;
    private final SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, Checkpoint> owners = new LinkedHashMap<>();
    private final Map<String, Checkpoint> shards = new LinkedHashMap<>();

    private ShardedCheckpoint(String name) {
        this.name = name;
    }

    static boolean recognises(Path file) {
        return file.toString().endsWith(SUFFIX);
    }

    static ShardedCheckpoint open(Path index) throws CheckpointException {
        Map<String, String> files = ConfigFile.read(index, ShardedCheckpoint::weightMap);
        var checkpoint = new ShardedCheckpoint(index.toString());
        try {
            for (var tensor : files.entrySet()) {
                checkpoint.add(tensor.getKey(), tensor.getValue(), index);
            }
            return checkpoint;
        } catch (CheckpointException e) {
            checkpoint.close();
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

    /** {@inheritDoc} Of notes by the same key, the first shard's. */
    @Override
    public Map<String, String> metadata() {
        var notes = new LinkedHashMap<String, String>();
        shards.values().forEach(shard -> shard.metadata().forEach(notes::putIfAbsent));
        return Collections.unmodifiableMap(notes);
    }

    @Override
    public List<String> omitted() {
        return shards.values().stream().flatMap(shard -> shard.omitted().stream()).distinct().toList();
    }

    @Override
    public List<String> warnings() {
        return shards.values().stream()
                .flatMap(shard -> Stream.concat(shard.warnings().stream(), unnamed(shard).stream())).toList();
    }

    private Optional<String> unnamed(Checkpoint shard) {
        List<String> names = shard.tensors().keySet().stream().filter(tensor -> !shard.equals(owners.get(tensor)))
                .toList();
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(shard.name() + " also holds " + ModelWeights.some(names)
                        + ", which the index does not take from it");
    }

    @Override
    public MemorySegment bytes(String tensor) {
        info(tensor);
        return owners.get(tensor).bytes(tensor);
    }

    @Override
    public List<MemorySegment> mapped(String tensor) {
        info(tensor);
        return owners.get(tensor).mapped(tensor);
    }

    @Override
    public void read(String tensor, long from, float[] dst, int count) {
        info(tensor);
        owners.get(tensor).read(tensor, from, dst, count);
    }

    @Override
    public void close() {
        shards.values().forEach(Checkpoint::close);
    }

    private void add(String tensor, String file, Path index) throws CheckpointException {
        Checkpoint shard = shards.get(file);
        if (shard == null) {
            Path path = index.resolveSibling(file);
            if (Files.isDirectory(path)) {
                throw new CheckpointException(name, file + " is a folder and no file");
            }
            shard = Checkpoint.open(path);
            shards.put(file, shard);
        }
        TensorInfo info = shard.tensors().get(tensor);
        if (info == null) {
            throw new CheckpointException(name, "tensor " + tensor + " is not in " + file);
        }
        tensors.put(tensor, info);
        owners.put(tensor, shard);
    }

    /** Reads which tensor is in which file; an index must not lead out of its folder, nor to another index. */
    private static Map<String, String> weightMap(JsonNode index) {
        JsonNode map = index.path("weight_map");
        require(map.isObject(), () -> "has no weight_map, which names the file of each tensor");
        var files = new LinkedHashMap<String, String>();
        for (var tensor : map.properties()) {
            String file = tensor.getValue().textValue();
            require(file != null && file.matches("\\w[\\w.-]*") && !file.endsWith(SUFFIX),
                    () -> "weight_map must name files"
                            + " beside it, not " + tensor.getValue());
            files.put(tensor.getKey(), file);
        }
        require(files.values().stream().distinct().count() <= MAX_SHARDS,
                () -> "names more than " + MAX_SHARDS + " files");
        return files;
    }
}
