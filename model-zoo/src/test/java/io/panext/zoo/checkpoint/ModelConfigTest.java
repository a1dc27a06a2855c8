package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Labels;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {

    @Test
    void holdsNothingThatTheFileDoesNotSay() throws CheckpointException {
        ModelConfig config = parse("{\"unheard of\": [1, 2], \"architecture\": null}");
        assertTrue(config.architecture().isEmpty() && config.classes().isEmpty() && config.labels().isEmpty()
                && config.preprocessing().isEmpty());
    }

    @Test
    void takesDescriptionsForLabelsWhereThereAreNoNames() throws CheckpointException {
        var labels = Optional.of(new Labels(List.of("cat", "dog")));
        assertEquals(labels, parse("{\"label_descriptions\": [\"cat\", \"dog\"]}").labels());
        assertEquals(labels, parse("{\"label_descriptions\": {\"n1\": \"cat\", \"n2\": \"dog\"}}").labels());
    }

    @Test
    void takesNumberedNamesForLabels() throws CheckpointException {
        assertEquals(Optional.of(new Labels(List.of("feline", "dog"), List.of("cat", "dog"))), parse(
                "{\"label_names\": {\"1\": \"dog\", \"0\": \"cat\"}, \"label_descriptions\": {\"cat\": \"feline\"}}")
                .labels());
    }

    @Test
    void takesThePreprocessingThatTimmOncePutBesideTheArchitecture() throws CheckpointException {
        assertEquals(Optional.of(new Preprocessing(288, 256, 0.95, Interpolation.BILINEAR, CropMode.CENTER,
                List.of(0.5f, 0.5f, 0.5f), Preprocessing.IMAGENET_STD)),
                parse("""
                      {"architecture": "convnext_tiny", "num_classes": 10, "input_size": [3, 288, 256],
                       "interpolation": "bilinear", "crop_pct": 0.95, "mean": [0.5, 0.5, 0.5]}""").preprocessing());
    }

    @Test
    void poolingByTheMeanIsWhatAConvNeXtDoes() throws CheckpointException {
        for (String pool : List.of("\"avg\"", "\"fast\"", "\"\"", "null")) {
            parse("{\"global_pool\": " + pool + ", \"model_args\": {\"global_pool\": " + pool
                    + ", \"output_stride\": 32}}");
        }
    }

    @Test
    void takesHuggingFacesLabelsInTheirOrder() throws CheckpointException {
        assertEquals(Optional.of(new Labels(List.of("cat", "dog"))),
                parse("{\"id2label\": {\"1\": \"dog\", \"0\": \"cat\"}}").labels());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
            "[] | the configuration must be a JSON object", //
            "{ | is not valid JSON", //
            "{} {} | is not valid JSON", //
            "'' | the configuration must be a JSON object", //
            "{\"num_classes\": 1, \"num_classes\": 2} | is not valid JSON: Duplicate field 'num_classes'",
            "{\"num_classes\": \"ten\"} | num_classes must be a number of classes, not \"ten\"",
            "{\"num_classes\": -1} | num_classes must be a number of classes, not -1",
            "{\"num_classes\": 99999999999} | num_classes must be a number of classes, not 99999999999",
            "{\"architecture\": 1} | architecture must be a string, not 1",
            "{\"label_names\": \"cat\"} | label_names must be a list",
            "{\"label_names\": [\"cat\", 2]} | label_names must hold strings, not 2",
            "{\"label_names\": []} | label_names must name the classes",
            "{\"id2label\": {\"1\": \"cat\"}} | id2label must have a string for each class from 0 to 0",
            "{\"id2label\": {}} | id2label must name the classes",
            "{\"label_names\": {\"cat\": \"0\"}} | label_names must have a string for each class from 0 to 0",
            "{\"global_pool\": \"max\"} | global_pool max is not supported",
            "{\"model_args\": {\"global_pool\": \"avgmax\"}} | global_pool avgmax is not supported",
            "{\"model_args\": {\"output_stride\": 16}} | output_stride must be 32 in model_args, not 16",
            "{\"input_size\": [3, 288]} | input_size must be [3, height, width], not [3,288]",
            "{\"pretrained_cfg\": 3} | pretrained_cfg must be an object",
            "{\"pretrained_cfg\": {\"input_size\": [224, 224]}} | input_size must be [3, height, width], not [224,224]",
            "{\"pretrained_cfg\": {\"input_size\": [1, 28, 28]}} | input_size must be [3, height, width], not [1,28,28]",
            "{\"pretrained_cfg\": {\"input_size\": [3, 0.5, 28]}} | input_size must be [3, height, width]",
            "{\"pretrained_cfg\": {\"input_size\": [3, 1e30, 28]}} | input_size must be [3, height, width]",
            "{\"pretrained_cfg\": {\"input_size\": {\"h\": 3}}} | input_size must be [3, height, width]",
            "{\"pretrained_cfg\": {\"crop_pct\": \"all\"}} | crop_pct must be a number, not \"all\"",
            "{\"pretrained_cfg\": {\"crop_pct\": 2}} | crop_pct 2.0 is outside (0, 1]",
            "{\"pretrained_cfg\": {\"interpolation\": \"lanczos\"}} | interpolation \"lanczos\" is not supported; it can be bilinear or bicubic",
            "{\"pretrained_cfg\": {\"crop_mode\": \"border\"}} | crop_mode \"border\" is not supported; it can be center or squash",
            "{\"pretrained_cfg\": {\"mean\": [0.5, 0.5]}} | mean must be a list of three numbers, not [0.5,0.5]",
            "{\"pretrained_cfg\": {\"std\": [0.5, null, 1]}} | std must hold numbers, not null",
            "{\"pretrained_cfg\": {\"std\": [0.5, 0, 1]}} | is not usable"})
    void saysWhatIsWrong(String json, String expected) {
        var refused = assertThrows(CheckpointException.class, () -> parse(json));
        assertTrue(refused.getMessage().startsWith("config.json: "), refused::getMessage);
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
    }

    private static ModelConfig parse(String json) throws CheckpointException {
        return ModelConfig.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
    }
}
