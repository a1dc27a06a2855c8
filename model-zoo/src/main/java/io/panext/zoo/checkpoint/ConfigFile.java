package io.panext.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** A JSON file beside a checkpoint. Its readers throw {@link IllegalArgumentException} for what it should not hold. */
final class ConfigFile {

    private static final long MAX_BYTES = 64L << 20;

    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

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
            JsonNode config = tree(json);
            require(config.isObject(), () -> "the configuration must be a JSON object");
            return reader.apply(config);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(file, "is not text: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, e.getMessage(), e);
        }
    }

    /** Reads what an {@code ObjectMapper} would: to make one takes long, with all that it knows of dates. */
    private static JsonNode tree(byte[] json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            JsonNode tree = parser.nextToken() == null ? MissingNode.getInstance() : value(parser);
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "something follows the configuration");
            }
            return tree;
        }
    }

    private static JsonNode value(JsonParser parser) throws IOException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = nodes.objectNode();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.set(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = nodes.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_NUMBER_INT -> switch (parser.getNumberType()) {
                case INT -> nodes.numberNode(parser.getIntValue());
                case LONG -> nodes.numberNode(parser.getLongValue());
                default -> nodes.numberNode(parser.getBigIntegerValue());
            };
            case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
            case VALUE_TRUE, VALUE_FALSE -> nodes.booleanNode(parser.getBooleanValue());
            case VALUE_NULL -> nodes.nullNode();
            default -> nodes.textNode(parser.getText());
        };
    }

    /** Reads one number for each of the three channels. */
    static List<Float> numbers(JsonNode config, String field, List<Float> otherwise) {
        JsonNode values = config.path(field);
        if (absent(values)) {
            return otherwise;
        }
        var numbers = new ArrayList<Float>();
        for (JsonNode value : values) {
            require(value.isNumber(), () -> field + " must hold numbers, not " + value);
            numbers.add(value.floatValue());
        }
        require(values.isArray() && numbers.size() == 3,
                () -> field + " must be a list of three numbers, not " + values);
        return numbers;
    }

    /** Reads a string, if there is one. */
    static Optional<String> text(JsonNode config, String field) {
        JsonNode value = config.path(field);
        require(absent(value) || value.isTextual(), () -> field + " must be a string, not " + value);
        return Optional.ofNullable(value.textValue());
    }

    static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /** What is wrong is put in words only where it is: a node's text takes an {@code ObjectMapper}. */
    static void require(boolean holds, Supplier<String> problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem.get());
        }
    }
}
