package io.panext.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A JSON file beside a checkpoint. Its readers throw {@link IllegalArgumentException} for what it should not hold. */
final class ConfigFile {

    private static final long MAX_BYTES = 64L << 20;

    private static final ObjectReader JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build().readerFor(JsonNode.class);

    private ConfigFile() {}

    static <T> T read(Path path, Function<JsonNode, T> reader) throws CheckpointException {
        String name = path.toString();
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new CheckpointException(name, "is too large for a model's configuration");
            }
            return parse(name, Files.readAllBytes(path), reader);
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw CheckpointException.refused(name, "cannot be read", e);
        }
    }

    static <T> T parse(String file, byte[] json, Function<JsonNode, T> reader) throws CheckpointException {
        try {
            JsonNode config = JSON.readTree(json);
            require(config.isObject(), "the configuration must be a JSON object");
            return reader.apply(config);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(file, "is not text: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        }
    }

    /** Reads one number for each of the three channels. */
    static List<Float> numbers(JsonNode config, String field, List<Float> otherwise) {
        JsonNode values = config.path(field);
        if (absent(values)) {
            return otherwise;
        }
        var numbers = new ArrayList<Float>();
        for (JsonNode value : values) {
            require(value.isNumber(), field + " must hold numbers, not " + value);
            numbers.add(value.floatValue());
        }
        require(values.isArray() && numbers.size() == 3, field + " must be a list of three numbers, not " + values);
        return numbers;
    }

    static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
