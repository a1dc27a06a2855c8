package io.panext.zoo;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The published ConvNeXt architectures, smallest first, V1 before V2.
 *
 * <p>Depths and widths are those of timm's {@code convnext.py}; what was published for them is in {@link PretrainedTags}.
 */
public final class Catalogue {

    private static final int CLASSES = 1000;
    private static final int MAX_TYPOS = 3;
    private static final List<Architecture> ARCHITECTURES = load();

    private Catalogue() {}

    /** All architectures. */
    public static List<Architecture> architectures() {
        return ARCHITECTURES;
    }

    /** Finds an architecture by its name, or by the name of its published weights: {@code convnext_tiny.fb_in1k}. */
    public static Optional<Architecture> find(String name) {
        String architecture = PretrainedTags.find(name).map(PretrainedTag::architecture).orElse(name);
        return ARCHITECTURES.stream().filter(known -> known.name().equals(architecture)).findFirst();
    }

    /**
     * Returns an architecture that has to be there.
     *
     * @throws IllegalArgumentException if it is not; the message is {@link #unknown}'s
     */
    public static Architecture get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException(unknown(name)));
    }

    /** Says in one line that a name is unknown, and what may have been meant. */
    public static String unknown(String name) {
        List<String> suggestions = suggestions(name);
        return "unknown model '" + name + "'"
                + (suggestions.isEmpty() ? "" : ": did you mean " + String.join(" or ", suggestions) + "?");
    }

    /** The known names nearest to an unknown one: those with the fewest typos, else architectures it is part of. */
    public static List<String> suggestions(String name) {
        List<String> known = Stream.concat(ARCHITECTURES.stream().map(Architecture::name),
                PretrainedTags.all().stream().map(PretrainedTag::name)).toList();
        int fewest = known.stream().mapToInt(candidate -> editDistance(name, candidate)).min().orElseThrow();
        if (fewest <= MAX_TYPOS) {
            return known.stream().filter(candidate -> editDistance(name, candidate) == fewest).toList();
        }
        return ARCHITECTURES.stream().map(Architecture::name)
                .filter(candidate -> !name.isBlank() && candidate.contains(name)).toList();
    }

    /** Levenshtein's distance, row by row. */
    private static int editDistance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    private static List<Architecture> load() {
        try (InputStream json = Catalogue.class.getResourceAsStream("catalogue.json")) {
            Entry[] entries = JsonMapper.builder().build().readValue(json, Entry[].class);
            return Stream.of(entries).map(Entry::architecture).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the catalogue in the jar is damaged", e);
        }
    }

    /** One element of the resource. */
    private record Entry(String name, Generation generation, List<Integer> depths, List<Integer> dims) {

        Architecture architecture() {
            ConvNeXtSpec spec = switch (generation) {
                case V1 -> ConvNeXtSpec.v1(depths, dims, CLASSES);
                case V2 -> ConvNeXtSpec.v2(depths, dims, CLASSES);
            };
            return new Architecture(name, spec);
        }
    }
}
