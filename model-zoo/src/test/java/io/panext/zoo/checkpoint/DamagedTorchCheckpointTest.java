package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a file holds, opening it ends in a sound checkpoint or in one line that says what is wrong. */
class DamagedTorchCheckpointTest {

    private static final Map<String, byte[]> STORAGES = Map.of("data/0", new byte[8]);

    static Stream<Arguments> pickles() {
        String storage = Pickles.storage("FloatStorage", "0", 2);
        return Stream.of( //
                arguments("long string", "X" + Pickles.length(Integer.MAX_VALUE), "would be longer than what is left"),
                arguments("negative length", "B" + Pickles.length(-1), "would be longer than what is left"),
                arguments("very long string", "\u008d\0\0\0\0\0\0\0\u0080", "would be longer than what is left"),
                arguments("long number", "\u008b" + Pickles.length(1 << 30), "would be longer than what is left"),
                arguments("nothing on the stack", "0", "its operations do not fit together"),
                arguments("no mark", "t", "its operations do not fit together"),
                arguments("unknown memo", "h\5", "invalid memo key"),
                arguments("protocol 9", "\u0080\u0009", "unsupported pickle protocol: 9"),
                arguments("text of protocol 0", "S'echo'\n", "operation 0x53 is none of those"),
                arguments("number without end", "L" + "9".repeat(1 << 20), "operation 0x4c is none of those"),
                arguments("extension", "\u0082\1", "operation 0x82 is none of those"),
                arguments("buffer beside it", "\u0097", "operation 0x97 is none of those"),
                arguments("cut off", "X", "expected more bytes"),
                arguments("call of a number", "K\1)R", "its operations do not fit together"),
                arguments("call without arguments", Pickles.call(Pickles.global("torch", "Size")),
                        "its operations do not fit together"),
                arguments("name without end", Pickles.text("x".repeat(2000)) + "q\0h\0\u0093", "too long a name"),
                arguments("operations without end", ")0".repeat(600_000), "more operations than a state dict takes"),
                arguments("list in itself", "]q\0h\0a", "holds a plain value"),
                arguments("tuples in tuples", ")" + "\u0085".repeat(900_000), "holds a plain value"),
                arguments("keys that hash for ever", "]q\0" + "0]q\1(h\0h\0eq\0".repeat(100) + "}h\0Ns",
                        "holds no state dict"),
                arguments("sets that hash for ever", "\u008fq\0" + "\u008fq\1(h\0h\0\u0090q\0".repeat(100),
                        "holds Python's builtins.set"),
                arguments("dict in itself", "}q\0" + Pickles.text("model") + "h\0s", "too deep inside other dicts"),
                arguments("other persistent id", Pickles.text("0") + "Q", "something other than a storage"),
                arguments("view of a storage", Pickles.tuple(Pickles.text("storage"), Pickles.global("torch",
                        "FloatStorage"), Pickles.text("0"), Pickles.text("cpu"), Pickles.number(2), Pickles.shape(1))
                        + "Q", "is a view of another"),
                arguments("negative storage", Pickles.storage("FloatStorage", "0", -1), "no whole number"),
                arguments("storage of two types", storage + Pickles.storage("HalfStorage", "0", 2),
                        "storage 0 is described in two ways"),
                arguments("no such storage", Pickles.storage("FloatStorage", "1", 2), "storage 1 is missing"),
                arguments("short storage", Pickles.storage("FloatStorage", "0", 3), "storage 0 has 8 bytes, not 12"),
                arguments("beyond the storage", tensor(1, Pickles.shape(2), Pickles.shape(1)),
                        "does not fit its storage of 2 values"),
                arguments("repeated for ever", tensor(0, Pickles.shape(1 << 30), Pickles.shape(0)),
                        "does not fit its storage of 2 values"),
                arguments("more than can be counted", tensor(0, Pickles.shape(1 << 30, 1 << 30, 1 << 30), Pickles.shape(
                        0, 0, 0)), "is too large"),
                arguments("negative stride", tensor(1, Pickles.shape(2), Pickles.shape(-1)), "no whole number"),
                arguments("shape without strides", tensor(0, Pickles.shape(2), Pickles.shape()),
                        "has shape [2] but strides []"),
                arguments("shape of texts", tensor(0, Pickles.tuple(Pickles.text("2")), Pickles.shape(1)),
                        "no whole number"),
                arguments("no shape", tensor(0, Pickles.number(2), Pickles.shape(1)), "has no proper shape"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pickles")
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void saysWhatIsWrongWithThePickle(String what, String pickle, String expected) throws IOException {
        assertRefused(Pickles.archive(pickle, STORAGES), expected);
    }

    @Test
    void saysWhatIsWrongWithTheArchive() throws IOException {
        byte[] sound = Pickles.archive(Pickles.dict(Pickles.text("x"), Pickles.tensor("0", 2)), STORAGES);
        Pickles.open(sound).close();
        assertRefused(Arrays.copyOf(sound, sound.length - 10), "the zip archive is cut off: its directory is missing");
        assertRefused(Arrays.copyOf(sound, 20), "the zip archive is cut off: its directory is missing");
        assertRefused(Pickles.bytes(Pickles.PROTO + ")."), "the zip archive is cut off");
        byte[] shifted = Arrays.copyOfRange(sound, 1, sound.length);
        assertRefused(shifted, "the zip archive is damaged: its directory is cut short");
        String renamed = new String(sound, StandardCharsets.ISO_8859_1);
        assertRefused(Pickles.bytes(renamed.replace("data.pkl", "data.txt")), "is a zip archive, but not one that "
                + "torch.save wrote: it has no data.pkl");
        assertRefused(Pickles.bytes(renamed.replace("archive/data/0", "archive/data/1")), "storage 0 is missing");
    }

    @Test
    void refusesOtherByteOrders() throws IOException {
        String pickle = Pickles.dict(Pickles.text("x"), Pickles.tensor("0", 2));
        assertRefused(Pickles.archive(pickle, Map.of("data/0", new byte[8], "byteorder", Pickles.bytes("big"))),
                "was written on a big-endian machine");
        Pickles.open(Pickles.archive(pickle, Map.of("data/0", new byte[8], "byteorder", Pickles.bytes("little"))))
                .close();
    }

    @Test
    void refusesArchivesThatUnpackToFarMoreThanTheyAre() throws IOException {
        int size = 1 << 22;
        assertRefused(Pickles.zip(ZipEntry.DEFLATED, Pickles.dict(Pickles.text("x"), Pickles.tensor("0", size)), Map.of(
                "data/0", new byte[Float.BYTES * size])), "unpacks to far more than a checkpoint would");
        assertRefused(Pickles.zip(ZipEntry.DEFLATED, "N".repeat(TorchUnpickler.MAX_BYTES), Map.of()),
                "its pickle is too long for a state dict");
    }

    @Test
    void saysThatALegacyFileIsCutOff() throws IOException {
        byte[] sound = Files.readAllBytes(Fixtures.path("fb_v1_legacy.pth"));
        assertRefused(Arrays.copyOf(sound, sound.length - 1), "the file is cut off or damaged");
        assertRefused(Arrays.copyOf(sound, 1000), "the pickle is damaged or hostile");
        assertRefused(Arrays.copyOf(sound, 14), "the pickle is damaged or hostile");
    }

    @Test
    void aWrongChecksumIsAWarning() throws IOException {
        byte[] file = Files.readAllBytes(Fixtures.path("fb_v1_ema.pth"));
        try (TorchCheckpoint sound = Pickles.open(file.clone())) {
            assertEquals(List.of(), sound.warnings());
        }
        file[file.length / 2] ^= 1;
        try (TorchCheckpoint damaged = Pickles.open(file)) {
            assertEquals(
                    List.of("hand-made.pth: its checksums are wrong (1 storages): the file is damaged, or was saved "
                            + "without them"),
                    damaged.warnings());
        }
    }

    private static String tensor(int offset, String shape, String strides) {
        return Pickles.tensor(Pickles.storage("FloatStorage", "0", 2), offset, shape, strides);
    }

    private static void assertRefused(byte[] file, String expected) {
        var refused = assertThrows(CheckpointException.class, () -> Pickles.open(file));
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
        assertOneLine(refused);
    }

    private static void assertOneLine(CheckpointException e) {
        assertTrue(e.getMessage().startsWith("hand-made.pth: "), e::getMessage);
        assertFalse(e.getMessage().chars().anyMatch(Character::isISOControl), e::getMessage);
    }
}
