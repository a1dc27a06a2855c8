package io.panext.zoo.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Pickles by hand, a character for each byte, and archives around them. */
final class Pickles {

    static final String PROTO = "\u0080\u0002";
    static final String NONE = "N";
    static final String FALSE = "\u0089";
    static final String STOP = ".";

    private Pickles() {}

    static String text(String value) {
        return "X" + length(value.length()) + value;
    }

    static String number(int value) {
        return "J" + length(value);
    }

    static String length(int value) {
        return IntStream.of(0, 8, 16, 24).mapToObj(shift -> Character.toString((value >>> shift) & 0xFF))
                .collect(Collectors.joining());
    }

    static String global(String module, String type) {
        return "c" + module + "\n" + type + "\n";
    }

    static String call(String function, String... arguments) {
        return function + tuple(arguments) + "R";
    }

    static String tuple(String... values) {
        return "(" + String.join("", values) + "t";
    }

    static String shape(int... dimensions) {
        return tuple(IntStream.of(dimensions).mapToObj(Pickles::number).toArray(String[]::new));
    }

    /** A dict of keys and values in turn. */
    static String dict(String... items) {
        return "}(" + String.join("", items) + "u";
    }

    static String storage(String type, String key, int size) {
        return tuple(text("storage"), global("torch", type), text(key), text("cpu"), number(size)) + "Q";
    }

    static String tensor(String storage, int offset, String shape, String strides) {
        return call(global("torch._utils", "_rebuild_tensor_v2"), storage, number(offset), shape, strides, FALSE,
                call(global("collections", "OrderedDict")));
    }

    /** A tensor of one dimension that is all of its storage. */
    static String tensor(String key, int size) {
        return tensor(storage("FloatStorage", key, size), 0, shape(size), shape(1));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** An archive as {@code torch.save} would write it, of a pickle and storages by their keys. */
    static byte[] archive(String pickle, Map<String, byte[]> storages) throws IOException {
        return zip(ZipEntry.STORED, pickle, storages);
    }

    static byte[] zip(int method, String pickle, Map<String, byte[]> storages) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(method);
            put(zip, "archive/data.pkl", bytes(PROTO + pickle + STOP));
            for (var storage : storages.entrySet()) {
                put(zip, "archive/" + storage.getKey(), storage.getValue());
            }
        }
        return bytes.toByteArray();
    }

    static TorchCheckpoint open(byte[] file) throws CheckpointException {
        Arena arena = Arena.ofShared();
        return TorchCheckpoint.of("hand-made.pth", arena.allocateFrom(ValueLayout.JAVA_BYTE, file), arena,
                Optional.empty());
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        var checksum = new CRC32();
        checksum.update(content);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
