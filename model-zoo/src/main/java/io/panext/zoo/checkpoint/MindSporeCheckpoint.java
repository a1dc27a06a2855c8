package io.panext.zoo.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What MindSpore's {@code save_checkpoint} wrote: a protobuf message whose fields are a name and a tensor each. Tensors of
 * more than half a gigabyte come in slices, fields of the same name in a row.
 *
 * <pre>
 * message Checkpoint  { repeated Value value = 1; }
 * message Value       { string tag = 1; TensorProto tensor = 2; }
 * message TensorProto { repeated int64 dims = 1; string tensor_type = 2; bytes tensor_content = 3; }
 * </pre>
 *
 * The tensors are mapped and read when asked for.
 */
final class MindSporeCheckpoint implements Checkpoint {

    private static final int MAX_TENSORS = 1 << 16;
    private static final int MAX_DIMENSIONS = 8;

    /** What newer versions append: these letters and a checksum of ten digits. */
    private static final String CHECKSUM = "crc_num";

    private static final int CHECKSUM_BYTES = 17;

    private final String name;
    private final Arena arena;
    private final SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, List<MemorySegment>> slices = new HashMap<>();

    private MindSporeCheckpoint(String name, MemorySegment file, Arena arena) {
        this.name = name;
        this.arena = arena;
        var values = new ProtobufFields(withoutChecksum(file));
        while (values.next()) {
            if (values.number() == 1) {
                readValue(values.content());
            }
        }
        tensors.values().forEach(this::requireComplete);
    }

    /** Whether a file begins with a field 1 that begins with a field 1 that is a name. */
    static boolean recognises(MemorySegment file) {
        try {
            var values = new ProtobufFields(file);
            if (!values.next() || values.number() != 1) {
                return false;
            }
            var fields = new ProtobufFields(values.content());
            return fields.next() && fields.number() == 1
                    && fields.name().chars().allMatch(c -> c > ' ' && c < 0x7F);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Reads a checkpoint that is in memory, without copying the tensors, and takes over that memory.
     *
     * @param owner arena of the file's memory: closed by {@link #close()}, or at once if this method throws
     */
    static MindSporeCheckpoint of(String name, MemorySegment file, Arena owner) throws CheckpointException {
        try {
            return new MindSporeCheckpoint(name, file.asReadOnly(), owner);
        } catch (IllegalArgumentException e) {
            owner.close();
            throw new CheckpointException(name, "is no sound MindSpore checkpoint: " + e.getMessage(), e);
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
    public List<MemorySegment> mapped(String tensor) {
        info(tensor);
        return MappedFile.mapped(slices.get(tensor).toArray(MemorySegment[]::new));
    }

    /** {@inheritDoc} A tensor in several slices is copied. */
    @Override
    public MemorySegment bytes(String tensor) {
        long byteSize = info(tensor).byteSize();
        List<MemorySegment> parts = slices.get(tensor);
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        MemorySegment joined = Arena.ofAuto().allocate(byteSize);
        long at = 0;
        for (MemorySegment part : parts) {
            joined.asSlice(at, part.byteSize()).copyFrom(part);
            at += part.byteSize();
        }
        return joined.asReadOnly();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private void readValue(MemorySegment value) {
        var fields = new ProtobufFields(value);
        Optional<String> tag = Optional.empty();
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> tag = Optional.of(fields.name());
                case 2 -> readTensor(tag.orElseThrow(() -> new IllegalArgumentException("a tensor without a name")),
                        fields.content());
                default -> throw new IllegalArgumentException("something other than a tensor called "
                        + tag.orElse("nothing"));
            }
        }
    }

    private void readTensor(String tag, MemorySegment tensor) {
        var fields = new ProtobufFields(tensor);
        var dims = new ArrayList<Integer>();
        Optional<DType> dtype = Optional.empty();
        MemorySegment content = MemorySegment.NULL;
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> dims.add(dimension(tag, fields.value()));
                case 2 -> dtype = dtype(fields.name());
                case 3 -> content = fields.content();
                default -> throw new IllegalArgumentException("tensor " + tag + " has an unknown field");
            }
            if (dims.size() > MAX_DIMENSIONS) {
                throw new IllegalArgumentException("tensor " + tag + " has too many dimensions");
            }
        }
        DType type = dtype.orElseThrow(() -> new IllegalArgumentException("tensor " + tag + " has no known type"));
        // A scalar is written as one of no values, with the value.
        boolean scalar = dims.equals(List.of(0)) && content.byteSize() == type.byteSize();
        add(new TensorInfo(tag, type, scalar ? List.of() : dims), content);
    }

    private void add(TensorInfo info, MemorySegment content) {
        TensorInfo first = tensors.putIfAbsent(info.name(), info);
        if (first != null && (!first.equals(info) || !tensors.lastEntry().getKey().equals(info.name()))) {
            throw new IllegalArgumentException("two tensors are called " + info.name());
        }
        if (tensors.size() > MAX_TENSORS) {
            throw new IllegalArgumentException("more than " + MAX_TENSORS + " tensors");
        }
        slices.computeIfAbsent(info.name(), _ -> new ArrayList<>()).add(content);
    }

    private void requireComplete(TensorInfo info) {
        long stored = slices.get(info.name()).stream().mapToLong(MemorySegment::byteSize).sum();
        if (stored != info.byteSize()) {
            throw new IllegalArgumentException("tensor " + info.name() + " " + info.shape() + " has " + stored
                    + " bytes, not " + info.byteSize());
        }
    }

    private static MemorySegment withoutChecksum(MemorySegment file) {
        long end = file.byteSize() - CHECKSUM_BYTES;
        byte[] magic = CHECKSUM.getBytes(StandardCharsets.US_ASCII);
        boolean present = end >= 0
                && file.asSlice(end, magic.length).mismatch(MemorySegment.ofArray(magic)) == -1;
        return present ? file.asSlice(0, end) : file;
    }

    private static int dimension(String tag, long dimension) {
        if (dimension < 0 || dimension > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("tensor " + tag + " has a dimension of " + dimension);
        }
        return (int) dimension;
    }

    private static Optional<DType> dtype(String type) {
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "float32" -> Optional.of(DType.F32);
            case "float16" -> Optional.of(DType.F16);
            case "bfloat16" -> Optional.of(DType.BF16);
            case "float64" -> Optional.of(DType.F64);
            case "int64" -> Optional.of(DType.I64);
            case "int32" -> Optional.of(DType.I32);
            case "int16" -> Optional.of(DType.I16);
            case "int8" -> Optional.of(DType.I8);
            case "uint64" -> Optional.of(DType.U64);
            case "uint32" -> Optional.of(DType.U32);
            case "uint16" -> Optional.of(DType.U16);
            case "uint8" -> Optional.of(DType.U8);
            case "bool" -> Optional.of(DType.BOOL);
            default -> Optional.empty();
        };
    }
}
