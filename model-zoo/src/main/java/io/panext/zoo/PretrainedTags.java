package io.panext.zoo;

import io.panext.zoo.PretrainedTag.Accuracy;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
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

    /** What {@code torch.hub} looks for in an address: the first digits of the file's SHA-256. */
    private static final Pattern HASH = Pattern.compile("-([0-9a-f]{8,64})\\.pth$");

    /** Mean and standard deviation by their name in the table. */
    private static final Map<String, List<List<Float>>> STATISTICS = Map.of( //
            "imagenet", List.of(Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD), //
            "clip", List.of(List.of(0.48145467f, 0.4578275f, 0.40821072f), //
                    List.of(0.26862955f, 0.2613026f, 0.2757771f)), //
            "half", List.of(Preprocessing.HALF, Preprocessing.HALF));

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

    /** Finds weights by their repository on the hub: {@code timm/convnext_tiny.fb_in1k}. */
    public static Optional<PretrainedTag> findOnHub(String repository) {
        return TAGS.values().stream().filter(tag -> tag.hub().equals(Optional.of(repository))).findFirst();
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

    /**
     * Recognises a checkpoint by its content, if its authors published it under its hash, as torchvision does.
     *
     * @param sha256 of the file, in lower-case hexadecimal digits
     */
    public static Optional<PretrainedTag> recognise(String sha256) {
        return TAGS.values().stream().filter(tag -> tag.source().map(HASH::matcher)
                .filter(hash -> hash.find() && sha256.startsWith(hash.group(1))).isPresent()).findFirst();
    }

    private static SequencedMap<String, PretrainedTag> load() {
        var tags = new LinkedHashMap<String, PretrainedTag>();
        for (Map<String, String> cells : CsvResource.rows("tags.csv")) {
            PretrainedTag tag = new Row(cells).tag();
            tags.put(tag.name(), tag);
        }
        return Collections.unmodifiableSequencedMap(tags);
    }

    /** A row of the table; what nobody measured or published is empty. */
    private record Row(Map<String, String> cells) {

        PretrainedTag tag() {
            String model = cells.get("model");
            int dot = model.indexOf('.');
            List<Accuracy> accuracies = Stream.of(accuracy(""), accuracy("test_")).flatMap(Optional::stream).toList();
            return new PretrainedTag(model.substring(0, dot), model.substring(dot + 1),
                    Integer.parseInt(cells.get("classes")), preprocessing("").orElseThrow(), preprocessing("test_"),
                    accuracies, cells.get("licence"), cell("hub"), cell("source"));
        }

        private Optional<String> cell(String column) {
            return Optional.of(cells.get(column)).filter(value -> !value.isEmpty());
        }

        private Optional<Preprocessing> preprocessing(String prefix) {
            List<List<Float>> meanAndStd = STATISTICS.get(cells.get("statistics"));
            return cell(prefix + "size").map(Integer::valueOf).map(edge -> new Preprocessing(edge, edge,
                    cropPct(prefix), Interpolation.valueOf(cells.get("interpolation").toUpperCase(Locale.ROOT)),
                    CropMode.valueOf(cells.get("crop_mode").toUpperCase(Locale.ROOT)), meanAndStd.getFirst(),
                    meanAndStd.getLast()));
        }

        private Optional<Accuracy> accuracy(String prefix) {
            return cell(prefix + "top1").map(Double::valueOf)
                    .map(first -> new Accuracy(Integer.parseInt(cells.get(prefix + "size")), cropPct(prefix), first,
                            Double.parseDouble(cells.get(prefix + "top5"))));
        }

        private double cropPct(String prefix) {
            return Double.parseDouble(cells.get(prefix + "crop_pct"));
        }
    }
}
