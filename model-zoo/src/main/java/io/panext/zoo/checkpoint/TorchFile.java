package io.panext.zoo.checkpoint;

import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.ZipException;

/**
 * What {@code torch.save} wrote: an object, and the values of the tensors in it.
 *
 * <p>Since PyTorch 1.6 the file is a zip archive of {@code data.pkl} and one entry for each storage. Before, it was five
 * pickles in a row (a magic number, a version, the machine's properties, the object, the storages' keys), and then each
 * storage's size and values.
 *
 * @param object   a {@link PythonDict}, a {@link PythonObject} or a plain value
 * @param storages bytes of each storage by its key
 * @param checksum compares the object (null) or a storage, by its key, with its checksum: whether they agree
 */
record TorchFile(Object object, Map<String, MemorySegment> storages, Predicate<String> checksum) {

    private static final String LITTLE = "little";
    private static final String BIG_ENDIAN = "was written on a big-endian machine; save it on another";
    private static final String PICKLE = "/data.pkl";
    private static final byte[] MAGIC = {(byte) 0x8A, 0x0A, 0x6C, (byte) 0xFC, (byte) 0x9C, 0x46, (byte) 0xF9, 0x20,
            0x6A, (byte) 0xA8, 0x50, 0x19};
    private static final int MAGIC_POSITION = 2;
    private static final int LEGACY_VERSION = 1001;

    /** PyTorch compresses nothing, and whoever packs its files again gains little. */
    private static final int MAX_EXPANSION = 4;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Whether a file begins as one of PyTorch's does. */
    static boolean recognises(MemorySegment file) {
        return ZipDirectory.recognises(file) || isLegacy(file);
    }

    /**
     * Reads the object and finds its storages.
     *
     * @param arena where to put storages that cannot be used where they are
     */
    static TorchFile read(String name, MemorySegment file, Arena arena) throws CheckpointException {
        if (isLegacy(file)) {
            return readLegacy(name, file);
        }
        try {
            return readZip(name, new ZipDirectory(file), arena);
        } catch (ZipException e) {
            throw new CheckpointException(name, e.getMessage(), e);
        }
    }

    private static boolean isLegacy(MemorySegment file) {
        return file.byteSize() >= MAGIC_POSITION + MAGIC.length
                && file.asSlice(MAGIC_POSITION, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) == -1;
    }

    private static TorchFile readZip(String name, ZipDirectory zip, Arena arena)
            throws CheckpointException, ZipException {
        String pickle = zip.names().stream().filter(entry -> entry.indexOf('/') == entry.length() - PICKLE.length()
                && entry.endsWith(PICKLE)).findFirst().orElseThrow(() -> new CheckpointException(name,
                        "is a zip archive, but not one that torch.save wrote: it has no data.pkl"));
        String folder = pickle.substring(0, pickle.length() - PICKLE.length()) + "/";
        requireLittleEndian(name, zip, folder + "byteorder", arena);
        require(name, zip.size(pickle) <= TorchUnpickler.MAX_BYTES, "its pickle is too long for a state dict");
        var unpickler = new TorchUnpickler(name);
        MemorySegment pickled = zip.content(pickle, arena);
        Object object = unpickler.read(new ByteArrayInputStream(pickled.toArray(ValueLayout.JAVA_BYTE)));
        var storages = new HashMap<String, MemorySegment>();
        long compressed = 0;
        for (TorchStorage storage : unpickler.storages().values()) {
            String entry = folder + "data/" + storage.key();
            require(name, zip.names().contains(entry), "storage " + storage.key() + " is missing");
            long size = zip.size(entry);
            require(name, size >= storage.byteSize(), "storage " + storage.key() + " has " + size + " bytes, not "
                    + storage.byteSize());
            compressed += zip.isCompressed(entry) ? size : 0;
            require(name, compressed / MAX_EXPANSION <= zip.byteSize(), "unpacks to far more than a checkpoint would");
            storages.put(storage.key(), zip.content(entry, arena));
        }
        return new TorchFile(object, storages, key -> key == null
                ? zip.isSound(pickle, pickled)
                : zip.isSound(folder + "data/" + key, storages.get(key)));
    }

    private static TorchFile readLegacy(String name, MemorySegment file) throws CheckpointException {
        byte[] head = file.asSlice(0, Math.min(file.byteSize(), TorchUnpickler.MAX_BYTES)).toArray(
                ValueLayout.JAVA_BYTE);
        var pickles = new ByteArrayInputStream(head);
        var unpickler = new TorchUnpickler(name);
        unpickler.read(pickles);
        require(name, unpickler.read(pickles) instanceof Integer version && version == LEGACY_VERSION,
                "was written in an unknown version of PyTorch's format");
        require(name, unpickler.read(pickles) instanceof PythonDict machine
                && Boolean.TRUE.equals(machine.items().get("little_endian")),
                BIG_ENDIAN);
        Object object = unpickler.read(pickles);
        Map<String, TorchStorage> described = unpickler.storages();
        if (!(unpickler.read(pickles) instanceof List<?> keys)) {
            throw new CheckpointException(name, "has no list of its storages");
        }
        var storages = new HashMap<String, MemorySegment>();
        long position = (long) head.length - pickles.available();
        for (Object key : keys) {
            TorchStorage storage = key instanceof String text ? described.get(text) : null;
            require(name, storage != null, "has a storage of a type that cannot be read");
            long begin = position + Long.BYTES;
            require(name, storage.byteSize() <= file.byteSize() - begin && file.get(LENGTH, position) == storage.size(),
                    "storage " + storage.key() + " has not the size that it should: the file is cut off or damaged");
            storages.put(storage.key(), file.asSlice(begin, storage.byteSize()));
            position = begin + storage.byteSize();
        }
        require(name, storages.size() == described.size(), "its list of storages is not complete");
        return new TorchFile(object, storages, _ -> true);
    }

    /** Files have said so since PyTorch 2.1; older ones are taken to be little-endian, as nearly all are. */
    private static void requireLittleEndian(String name, ZipDirectory zip, String entry, Arena arena)
            throws CheckpointException, ZipException {
        if (zip.names().contains(entry)) {
            require(name, zip.size(entry) == LITTLE.length() && LITTLE.equals(new String(zip.content(entry, arena)
                    .toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII)), BIG_ENDIAN);
        }
    }

    private static void require(String name, boolean holds, String problem) throws CheckpointException {
        if (!holds) {
            throw new CheckpointException(name, problem);
        }
    }
}
