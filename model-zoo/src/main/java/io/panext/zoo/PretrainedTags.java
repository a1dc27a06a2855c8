package io.panext.zoo;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.panext.zoo.PretrainedTag.Accuracy;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * All published weights: the 103 that timm's {@code convnext.py} configures, and torchvision's four, here called
 * {@code tv_in1k}.
 *
 * <p>Accuracies are those of timm's {@code results-imagenet.csv} and of torchvision's documentation.
 */
public final class PretrainedTags {

    /** Endings of a checkpoint's name. */
    private static final String SUFFIX = "(\\.safetensors(\\.index\\.json)?|\\.pth(\\.tar)?|\\.pt|\\.bin)$";

    private static final List<Float> HALF = List.of(0.5f, 0.5f, 0.5f);

    /** Mean and standard deviation by their name in the table. */
    private static final Map<String, List<List<Float>>> STATISTICS = Map.of( //
            "imagenet", List.of(Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD), //
            "clip", List.of(List.of(0.48145467f, 0.4578275f, 0.40821072f), //
                    List.of(0.26862955f, 0.2613026f, 0.2757771f)), //
            "half", List.of(HALF, HALF));

    private static final SequencedMap<String, PretrainedTag> TAGS = load();

    private PretrainedTags() {}

    /** All tags, in no order that means anything. */
    public static List<PretrainedTag> all() {
        return List.copyOf(TAGS.values());
    }

    /** Finds weights by their full name: {@code convnext_tiny.fb_in1k}. */
    public static Optional<PretrainedTag> find(String name) {
        return Optional.ofNullable(TAGS.get(name));
    }

    /** The published weights of an architecture. */
    public static List<PretrainedTag> of(String architecture) {
        return TAGS.values().stream().filter(tag -> tag.architecture().equals(architecture)).toList();
    }

    /** Recognises a checkpoint by the name of its file, its authors' or timm's, or by that of the folder that it is in. */
    public static Optional<PretrainedTag> recognise(Path checkpoint) {
        Path file = checkpoint.toAbsolutePath().normalize();
        Path folder = file.getParent();
        return Stream.of(file, folder).filter(path -> path != null && path.getFileName() != null)
                .map(path -> path.getFileName().toString()).flatMap(name -> named(name).stream()).findFirst();
    }

    private static Optional<PretrainedTag> named(String file) {
        return find(file.replaceFirst(SUFFIX, "")).or(() -> TAGS.values().stream()
                .filter(tag -> tag.source().filter(source -> source.endsWith("/" + file)).isPresent()).findFirst());
    }

    private static SequencedMap<String, PretrainedTag> load() {
        CsvMapper csv = CsvMapper.builder().build();
        try (InputStream in = PretrainedTags.class.getResourceAsStream("tags.csv");
                MappingIterator<Row> rows = csv.readerFor(Row.class).with(CsvSchema.emptySchema().withHeader())
                        .readValues(in)) {
            var tags = new LinkedHashMap<String, PretrainedTag>();
            rows.forEachRemaining(row -> tags.put(row.model, row.tag()));
            return Collections.unmodifiableSequencedMap(tags);
        } catch (IOException e) {
            throw new UncheckedIOException("the table of tags in the jar is damaged", e);
        }
    }

    /** A line of the resource; what nobody measured or published is empty. */
    private record Row(String model, int size, @JsonProperty("crop_pct") double cropPct,
            @JsonProperty("crop_mode") String cropMode, String interpolation, String statistics, Double top1,
            Double top5, @JsonProperty("test_size") Integer testSize, @JsonProperty("test_crop_pct") Double testCropPct,
            @JsonProperty("test_top1") Double testTop1, @JsonProperty("test_top5") Double testTop5, int classes,
            String licence, String hub, String source) {

        PretrainedTag tag() {
            int dot = model.indexOf('.');
            Preprocessing usual = preprocessing(size, cropPct);
            Optional<Preprocessing> larger = Optional.ofNullable(testSize)
                    .map(edge -> preprocessing(edge, testCropPct));
            List<Accuracy> accuracies = Stream.of(accuracy(size, cropPct, top1, top5),
                    accuracy(testSize, testCropPct, testTop1, testTop5)).flatMap(Optional::stream).toList();
            return new PretrainedTag(model.substring(0, dot), model.substring(dot + 1), classes, usual, larger,
                    accuracies, licence, nonEmpty(hub), nonEmpty(source));
        }

        private Preprocessing preprocessing(int edge, double kept) {
            List<List<Float>> meanAndStd = STATISTICS.get(statistics);
            return new Preprocessing(edge, edge, kept, Interpolation.valueOf(interpolation.toUpperCase(Locale.ROOT)),
                    CropMode.valueOf(cropMode.toUpperCase(Locale.ROOT)), meanAndStd.getFirst(), meanAndStd.getLast());
        }

        private static Optional<Accuracy> accuracy(Integer edge, Double kept, Double first, Double firstFive) {
            return Optional.ofNullable(first).map(_ -> new Accuracy(edge, kept, first, firstFive));
        }

        private static Optional<String> nonEmpty(String text) {
            return Optional.ofNullable(text).filter(value -> !value.isEmpty());
        }
    }
}
