package io.panext.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an architecture off the names and shapes of a checkpoint's tensors. */
final class SpecInference {

    private static final Pattern BLOCK = Pattern.compile("stages\\.(\\d{1,4})\\.blocks\\.(\\d{1,4})\\..+");
    private static final String FIRST_BLOCK = "stages.0.blocks.0.";

    private final Map<String, List<Integer>> shapes;

    private SpecInference(Map<String, List<Integer>> shapes) {
        this.shapes = shapes;
    }

    /** What no tensor tells is the papers': GELU, and eps 1e-6. Norms without bias are taken to be RMS norms. */
    static ConvNeXtSpec infer(Map<String, List<Integer>> shapes) {
        return new SpecInference(shapes).spec();
    }

    private ConvNeXtSpec spec() {
        List<Integer> depths = depths(shapes.keySet());
        if (depths.isEmpty()) {
            throw new IllegalArgumentException(
                    "no tensor is named stages.<i>.blocks.<j>.…, as a ConvNeXt's blocks are");
        }
        var dims = new ArrayList<Integer>();
        var kernels = new ArrayList<Integer>();
        for (int stage = 0; stage < depths.size(); stage++) {
            String depthwise = "stages." + stage + ".blocks.0.conv_dw.weight";
            dims.add(outputs(depthwise));
            kernels.add(shape(depthwise).getLast());
        }
        boolean grn = shapes.keySet().stream().anyMatch(name -> name.contains(".mlp.grn."));
        boolean layerScale = shapes.keySet().stream().anyMatch(name -> name.endsWith(".gamma"));
        boolean shiftless = has(FIRST_BLOCK + "norm.weight") && !has(FIRST_BLOCK + "norm.bias");
        Norm norm = new Norm(shiftless ? Norm.Kind.RMS_NORM : Norm.Kind.LAYER_NORM, Norm.DEFAULT.eps());
        return new ConvNeXtSpec(grn ? Generation.V2 : Generation.V1, stem(), depths, dims, kernels, layerScale, norm,
                Activation.GELU, head(norm));
    }

    /** Counts distinct block numbers rather than trusting the largest, which a file could make as large as it likes. */
    private static List<Integer> depths(Set<String> names) {
        var blocks = new TreeMap<Integer, Set<Integer>>();
        for (String name : names) {
            Matcher matcher = BLOCK.matcher(name);
            if (matcher.matches()) {
                blocks.computeIfAbsent(Integer.valueOf(matcher.group(1)), stage -> new TreeSet<>())
                        .add(Integer.valueOf(matcher.group(2)));
            }
        }
        return blocks.values().stream().map(Set::size).toList();
    }

    /** A norm's weight has one dimension, a convolution's four. */
    private Stem stem() {
        if (isConvolution("stem.1.weight")) {
            return new Stem.Overlap(outputs("stem.0.weight"));
        }
        if (isConvolution("stem.2.weight")) {
            return new Stem.ActivatedOverlap(outputs("stem.0.weight"));
        }
        int size = shape("stem.0.weight").getLast();
        return has("stem.1.weight") ? new Stem.Patch(size) : new Stem.BarePatch(size);
    }

    private Head head(Norm norm) {
        int classes = has("head.fc.weight") ? outputs("head.fc.weight") : 0;
        if (has("norm_pre.weight")) {
            return new Head.NormFirst(norm, classes);
        }
        if (has("head.pre_logits.fc.weight")) {
            return new Head.Mlp(norm, outputs("head.pre_logits.fc.weight"), classes);
        }
        return classes == 0 && !has("head.norm.weight") ? new Head.Pooling() : new Head.PoolFirst(norm, classes);
    }

    private boolean has(String name) {
        return shapes.containsKey(name);
    }

    private boolean isConvolution(String name) {
        return has(name) && shapes.get(name).size() == 4;
    }

    private int outputs(String name) {
        return shape(name).getFirst();
    }

    private List<Integer> shape(String name) {
        List<Integer> shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalArgumentException("tensor " + name + " is missing");
        }
        if (shape.isEmpty()) {
            throw new IllegalArgumentException("tensor " + name + " is a scalar");
        }
        return shape;
    }
}
