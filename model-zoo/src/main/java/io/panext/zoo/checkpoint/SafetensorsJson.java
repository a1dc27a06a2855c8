package io.panext.zoo.checkpoint;

import static io.panext.zoo.checkpoint.ConfigFile.require;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Reads a safetensors header token by token, so that a hostile one costs no more memory than its own length suggests.
 *
 * <p>Problems of syntax are thrown as Jackson's, problems of content as {@link IllegalArgumentException}.
 */
final class SafetensorsJson {

    static final String METADATA = "__metadata__";
    private static final int MAX_DIMENSIONS = 32;

    /** Far more than any model has, and few enough to keep in memory. */
    static final int MAX_TENSORS = 100_000;

    // Every name in a header is different: a cache of names would only grow.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).maxNumberLength(20).build())
            .build();

    private static final Map<String, DType> DTYPES = Arrays.stream(DType.values())
            .collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

    private final JsonParser parser;

    SafetensorsJson(JsonParser parser) {
        this.parser = parser;
    }

    /** One tensor and the place of its bytes in the data that follows the header. */
    record Entry(TensorInfo info, long begin, long end) {}

    /** The content of a header, in its order. */
    record Content(List<Entry> tensors, Map<String, String> metadata) {}

    /** Returns a parser that accepts UTF-8 and nothing else. */
    static JsonParser parser(byte[] json) throws IOException {
        return FACTORY.createParser(new InputStreamReader(new ByteArrayInputStream(json),
                StandardCharsets.UTF_8.newDecoder()));
    }

    Content read() throws IOException {
        var tensors = new ArrayList<Entry>();
        var metadata = new LinkedHashMap<String, String>();
        expect(parser.nextToken(), JsonToken.START_OBJECT, () -> "the header");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (name.equals(METADATA)) {
                readMetadata(metadata);
            } else {
                require(tensors.size() < MAX_TENSORS,
                        () -> "the header lists more than " + MAX_TENSORS + " tensors");
                tensors.add(readTensor(name));
            }
        }
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "something follows the closing brace");
        }
        return new Content(tensors, metadata);
    }

    private void readMetadata(Map<String, String> metadata) throws IOException {
        expect(parser.nextToken(), JsonToken.START_OBJECT, () -> METADATA);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            expect(parser.nextToken(), JsonToken.VALUE_STRING, () -> METADATA + " " + key);
            metadata.put(key, parser.getText());
        }
    }

    private Entry readTensor(String name) throws IOException {
        String tensor = "tensor " + name;
        DType dtype = null;
        long[] shape = null;
        long[] offsets = null;
        expect(parser.nextToken(), JsonToken.START_OBJECT, () -> tensor);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            switch (field) {
                case "dtype" -> dtype = readDType(tensor);
                case "shape" -> shape = readNumbers(() -> tensor + ": shape", MAX_DIMENSIONS);
                case "data_offsets" -> offsets = readNumbers(() -> tensor + ": data_offsets", 2);
                default -> throw new IllegalArgumentException(tensor + " has an unknown field " + field);
            }
        }
        require(dtype != null, () -> tensor + " has no dtype");
        require(shape != null, () -> tensor + " has no shape");
        require(offsets != null, () -> tensor + " has no data_offsets");
        long[] range = offsets;
        require(range.length == 2,
                () -> tensor + ": data_offsets needs two numbers, not " + Arrays.toString(range));
        return entry(name, dtype, shape, range[0], range[1]);
    }

    private static Entry entry(String name, DType dtype, long[] shape, long begin, long end) {
        String tensor = "tensor " + name;
        require(begin <= end, () -> tensor + ": data_offsets [" + begin + ", " + end + "] run backwards");
        var dimensions = new ArrayList<Integer>();
        for (long dimension : shape) {
            require(dimension <= Integer.MAX_VALUE,
                    () -> tensor + ": shape " + Arrays.toString(shape) + " is too large");
            dimensions.add((int) dimension);
        }
        TensorInfo info;
        try {
            info = new TensorInfo(name, dtype, dimensions);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(tensor + ": " + e.getMessage(), e);
        }
        require(info.byteSize() == end - begin, () -> tensor + ": " + dtype + " " + info.shape() + " takes "
                + info.byteSize() + " bytes, but data_offsets [" + begin + ", " + end + "] span " + (end - begin));
        return new Entry(info, begin, end);
    }

    private DType readDType(String tensor) throws IOException {
        expect(parser.nextToken(), JsonToken.VALUE_STRING, () -> tensor + ": dtype");
        String name = parser.getText();
        DType dtype = DTYPES.get(name);
        require(dtype != null,
                () -> tensor + ": dtype " + name + " is none of " + Arrays.toString(DType.values()));
        return dtype;
    }

    private long[] readNumbers(Supplier<String> what, int max) throws IOException {
        expect(parser.nextToken(), JsonToken.START_ARRAY, what);
        long[] numbers = new long[max];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
            require(count < max, () -> what.get() + " has more than " + max + " numbers");
            boolean inRange = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && parser.getLongValue() >= 0;
            if (!inRange) {
                throw new IllegalArgumentException(what.get() + ": " + parser.getText() + " is out of range");
            }
            numbers[count++] = parser.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private static void expect(JsonToken token, JsonToken expected, Supplier<String> what) {
        require(token == expected, () -> what.get() + " must be " + words(expected) + ", not "
                + (token == null ? "nothing" : words(token)));
    }

    private static String words(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "a truth value";
            case VALUE_NULL -> "null";
            default -> "the end of something else";
        };
    }
}
