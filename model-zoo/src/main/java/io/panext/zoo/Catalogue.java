package io.panext.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The published ConvNeXt architectures, smallest first, V1 before V2.
 *
 * <p>Depths and widths are those of timm's {@code convnext.py}; what was published for them is in {@link PretrainedTags}.
 */
public final class Catalogue {

    /** Classes of ImageNet-1k. */
    static final int CLASSES = 1000;

    private static final int MAX_TYPOS = 3;
    private static final List<Architecture> ARCHITECTURES = PublishedArchitectures.ALL;

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

    /**
     * Finds the published architecture that has the same tensors as another, with any number of classes; where there is
     * none, one that differs in its head alone.
     */
    public static Optional<Architecture> like(ConvNeXtSpec spec) {
        return ARCHITECTURES.stream().filter(known -> haveSameTensors(known.spec(), spec)).findFirst()
                .or(() -> ARCHITECTURES.stream().filter(known -> haveSameBody(known.spec(), spec)).findFirst());
    }

    /** Whether two architectures differ, if at all, in their classes and in what no tensor tells. */
    public static boolean haveSameTensors(ConvNeXtSpec one, ConvNeXtSpec other) {
        return tensors(one).equals(tensors(other));
    }

    /** Whether two architectures differ, if at all, in their heads and in what no tensor tells. */
    public static boolean haveSameBody(ConvNeXtSpec one, ConvNeXtSpec other) {
        return body(one).equals(body(other));
    }

    /** Says in words what an architecture is, and by which name it is known. */
    public static String describe(ConvNeXtSpec spec) {
        String name = ARCHITECTURES.stream().filter(known -> haveSameTensors(known.spec(), spec)).findFirst()
                .map(known -> known.name() + ": ").orElse("");
        ConvNeXtSpec plain = spec.generation() == Generation.V1
                ? ConvNeXtSpec.v1(spec.depths(), spec.dims(), 0)
                : ConvNeXtSpec.v2(spec.depths(), spec.dims(), 0);
        var parts = new ArrayList<String>();
        if (spec.layerScale()) {
            parts.add("layer scale");
        }
        if (!spec.stem().equals(plain.stem())) {
            parts.add("stem " + spec.stem());
        }
        if (!spec.kernels().equals(plain.kernels())) {
            parts.add("depthwise kernels " + spec.kernels());
        }
        if (!spec.norm().equals(plain.norm())) {
            parts.add(spec.norm().toString());
        }
        if (spec.activation() != plain.activation()) {
            parts.add(spec.activation().toString());
        }
        if (!(spec.head() instanceof Head.PoolFirst)) {
            parts.add("head " + spec.head());
        }
        return name + spec.generation() + " of depths " + spec.depths() + " and dims " + spec.dims()
                + (parts.isEmpty() ? "" : " with " + String.join(", ", parts));
    }

    /** What tensors tell of an architecture, and the same for all that they do not tell. */
    private static ConvNeXtSpec tensors(ConvNeXtSpec spec) {
        Norm norm = new Norm(spec.norm().kind().hasShift() ? Norm.Kind.LAYER_NORM : Norm.Kind.RMS_NORM,
                Norm.DEFAULT.eps());
        return spec.with(Activation.GELU).with(norm).withClasses(0);
    }

    private static ConvNeXtSpec body(ConvNeXtSpec spec) {
        return tensors(spec.with(new Head.Pooling()));
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
}
