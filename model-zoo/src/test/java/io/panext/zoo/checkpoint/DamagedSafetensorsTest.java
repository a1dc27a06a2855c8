package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a file holds, opening it ends in a sound checkpoint or in one line that says what is wrong. */
class DamagedSafetensorsTest {

    private static final String GOOD = "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]";

    @TempDir
    private Path folder;

    static Stream<Arguments> headers() {
        return Stream.of( //
                arguments("not JSON", "{\"x\"", 0, "the header is not valid JSON"),
                arguments("no object", "[1, 2]", 0, "the header must be an object, not an array"),
                arguments("a number", "1234", 0, "the header must be an object, not a whole number"),
                arguments("blank", "    ", 0, "the header must be an object, not nothing"),
                arguments("trailing text", "{} {}", 0, "something follows the closing brace"),
                arguments("trailing garbage", "{}abc", 0, "the header is not valid JSON"),
                arguments("tensor no object", "{\"x\":3}", 0, "tensor x must be an object, not a whole number"),
                arguments("no dtype", "{\"x\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor x has no dtype"),
                arguments("no shape", "{\"x\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4,
                        "tensor x has no shape"),
                arguments("no offsets", "{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "tensor x has no data_offsets"),
                arguments("unknown dtype", tensor("F33", "[1]", "[0,4]"), 4, "tensor x: dtype F33 is none of [BOOL"),
                arguments("dtype no string", "{\"x\":{\"dtype\":7}}", 0,
                        "tensor x: dtype must be a string, not a whole number"),
                arguments("shape no array", tensor("F32", "1", "[0,4]"), 4,
                        "tensor x: shape must be an array, not a whole number"),
                arguments("shape of fractions", tensor("F32", "[1.5]", "[0,4]"), 4,
                        "tensor x: shape must be a whole number, not a fraction"),
                arguments("shape of strings", tensor("F32", "[\"1\"]", "[0,4]"), 4,
                        "tensor x: shape must be a whole number, not a string"),
                arguments("nested shape", tensor("F32", "[[1]]", "[0,4]"), 4,
                        "tensor x: shape must be a whole number, not an array"),
                arguments("null", tensor("F32", "null", "[0,4]"), 4, "tensor x: shape must be an array, not null"),
                arguments("negative dimension", tensor("F32", "[-1]", "[0,4]"), 4,
                        "tensor x: shape: -1 is out of range"),
                arguments("huge dimension", tensor("F32", "[4294967297]", "[0,4]"), 4,
                        "tensor x: shape [4294967297] is too large"),
                arguments("dimension beyond long", tensor("F32", "[99999999999999999999]", "[0,4]"), 4,
                        "tensor x: shape: 99999999999999999999 is out of range"),
                arguments("number without end", tensor("F32", "[" + "9".repeat(500) + "]", "[0,4]"), 4,
                        "the header is not valid JSON"),
                arguments("overflowing product", tensor("F32", "[2147483647,2147483647,2147483647]", "[0,4]"), 4,
                        "has more values than can be counted"),
                arguments("overflow to the right size", tensor("U8", "[1073741824,1073741824,16]", "[0,0]"), 0,
                        "has more values than can be counted"),
                arguments("overflowing bytes", tensor("F64", "[2147483647,1073741824]", "[0,4]"), 4,
                        "has more values than can be counted"),
                arguments("too many dimensions", tensor("F32", "[" + "1,".repeat(100) + "1]", "[0,4]"), 4,
                        "tensor x: shape has more than 32 numbers"),
                arguments("one offset", tensor("F32", "[1]", "[0]"), 4, "data_offsets needs two numbers, not [0]"),
                arguments("three offsets", tensor("F32", "[1]", "[0,4,8]"), 4, "data_offsets has more than 2 numbers"),
                arguments("negative offset", tensor("F32", "[1]", "[-4,0]"), 4, "data_offsets: -4 is out of range"),
                arguments("descending offsets", tensor("F32", "[1]", "[4,0]"), 4, "data_offsets [4, 0] run backwards"),
                arguments("offsets beyond long", tensor("F32", "[1]", "[0,9223372036854775808]"), 4,
                        "data_offsets: 9223372036854775808 is out of range"),
                arguments("shape against bytes", tensor("F32", "[3]", "[0,8]"), 8,
                        "tensor x: F32 [3] takes 12 bytes, but data_offsets [0, 8] span 8"),
                arguments("beyond the end", tensor("F32", "[2]", "[0,8]"), 4,
                        "tensor x ends at byte 8 of the data, but only 4 bytes are there"),
                arguments("a hole at the start", tensor("F32", "[1]", "[4,8]"), 8,
                        "bytes 0 to 4 between the header and tensor x belong to no tensor"),
                arguments("left-over bytes", tensor("F32", "[1]", "[0,4]"), 9,
                        "the tensors end at byte 4 of the data, but 9 bytes are there"),
                arguments("overlap",
                        "{\"x\":{" + GOOD + "},\"y\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", 6,
                        "tensor y begins at byte 2, inside tensor x, which ends at 4"),
                arguments("the same place twice", "{\"x\":{" + GOOD + "},\"y\":{" + GOOD + "}}", 4,
                        "begins at byte 0, inside tensor x"),
                arguments("a hole in the middle",
                        "{\"x\":{" + GOOD + "},\"y\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[5,6]}}", 6,
                        "bytes 4 to 5 between tensor x and tensor y belong to no tensor"),
                arguments("duplicate tensor", "{\"x\":{" + GOOD + "},\"x\":{" + GOOD + "}}", 4, "Duplicate field 'x'"),
                arguments("duplicate field", "{\"x\":{" + GOOD + ",\"dtype\":\"F32\"}}", 4,
                        "Duplicate field 'dtype'"),
                arguments("unknown field", "{\"x\":{" + GOOD + ",\"strides\":[1]}}", 4,
                        "tensor x has an unknown field strides"),
                arguments("metadata no object", "{\"__metadata__\":[]}", 0, "__metadata__ must be an object"),
                arguments("metadata of numbers", "{\"__metadata__\":{\"a\":1}}", 0,
                        "__metadata__ a must be a string, not a whole number"),
                arguments("deep nesting", "{\"x\":" + "[".repeat(100_000), 0, "tensor x must be an object"),
                arguments("deep nesting of objects", "{\"x\":".repeat(100_000), 0, "hand-made.safetensors: "),
                arguments("line breaks in a name", "{\"a\\nb\":3}", 0, "tensor a?b must be an object"),
                arguments("an endless name", "{\"" + "n".repeat(100_000) + "\":3}", 0, "hand-made.safetensors: "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void saysWhatIsWrongWithTheHeader(String what, String header, int dataSize, String expected) {
        assertRefused(SafetensorsBytes.file(header, dataSize), expected);
    }

    static Stream<Arguments> files() {
        byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
        return Stream.of( //
                arguments("empty", bytes(""), "is empty"), //
                arguments("seven bytes", bytes("1234567"), "has only 7 bytes"),
                arguments("header beyond the end", SafetensorsBytes.withLength(100, header, 0),
                        "is cut off: the header should have 100 bytes, but the file ends after 2"),
                arguments("header of 100 MB and one", SafetensorsBytes.withLength(100_000_001, header, 0),
                        "is not a safetensors file: its header would have 100000001 bytes"),
                arguments("negative header", SafetensorsBytes.withLength(-1, header, 0),
                        "its header would have 18446744073709551615 bytes"),
                arguments("no header", SafetensorsBytes.withLength(0, header, 0), "its header would have 0 bytes"),
                arguments("text", bytes("Once upon a time, in a land far away"),
                        " bytes; nor is it what PyTorch or MindSpore save"),
                arguments("PNG", SafetensorsBytes.withLength(0x0a1a0a0d474e5089L, header, 0),
                        "it is a picture, and no model"),
                arguments("JPEG", SafetensorsBytes.withLength(0x464a1000e0ffd8ffL, header, 0),
                        "it is a picture, and no model"),
                arguments("HTML", bytes("<!DOCTYPE html><title>404</title>"), "is an HTML or XML page"),
                arguments("JSON", bytes("{\"architecture\": \"convnext_tiny\"}"), "it is a JSON file"),
                arguments("Git LFS", bytes("version https://git-lfs.github.com/spec/v1\n"), "a Git LFS pointer"),
                arguments("empty zip", bytes("PK\u0005\u0006" + "\0".repeat(18)), "it is a zip archive"),
                arguments("header in UTF-16", SafetensorsBytes.withLength(4, "{}".getBytes(
                        StandardCharsets.UTF_16LE), 0), "the header is not valid JSON"),
                arguments("header not UTF-8", SafetensorsBytes.withLength(7, bytes("{\"\u00e9\":3}"), 0),
                        "the header is not UTF-8 text"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void saysWhatIsWrongWithTheFile(String what, byte[] file, String expected) throws IOException {
        assertRefused(file, expected);
        Path onDisk = Files.write(folder.resolve("on-disk"), file);
        var refused = assertThrows(CheckpointException.class, () -> Checkpoint.open(onDisk));
        assertTrue(refused.getMessage().startsWith(onDisk + ": "), refused::getMessage);
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
    }

    @Test
    void refusesMoreTensorsThanMemoryShouldHold() {
        String empty = "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"";
        String tensors = IntStream.rangeClosed(0, SafetensorsJson.MAX_TENSORS).mapToObj(Integer::toString)
                .collect(Collectors.joining(empty));
        assertRefused(SafetensorsBytes.file("{\"" + tensors + empty + "x\":{}}", 0),
                "the header lists more than 100000 tensors");
    }

    @Test
    void saysThatThereIsNoFileToRead() {
        var missing = assertThrows(CheckpointException.class, () -> Checkpoint.open(folder.resolve("nothing")));
        assertEquals(folder.resolve("nothing") + ": cannot be read: no such file", missing.getMessage());
        var directory = assertThrows(CheckpointException.class, () -> Safetensors.open(folder));
        assertEquals(folder + ": is a directory; name the checkpoint file in it", directory.getMessage());
    }

    private static void assertRefused(byte[] file, String expected) {
        var refused = assertThrows(CheckpointException.class, () -> SafetensorsBytes.open(file));
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
        assertOneLine(refused);
    }

    private static void assertOneLine(CheckpointException refused) {
        String message = refused.getMessage();
        assertTrue(message.startsWith(SafetensorsBytes.NAME + ": "), message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        assertTrue(message.length() < 1000, message);
    }

    private static String tensor(String dtype, String shape, String offsets) {
        return "{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }
}
