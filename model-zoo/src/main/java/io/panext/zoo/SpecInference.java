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

    private SpecInference() {}

    static ConvNeXtSpec infer(Map<String, List<Integer>> shapes) {
        List<Integer> depths = depths(shapes.keySet());
        if (depths.isEmpty()) {
            throw new IllegalArgumentException(
                    "no tensor is named stages.<i>.blocks.<j>.…, as a ConvNeXt's blocks are");
        }
        var dims = new ArrayList<Integer>();
        for (int stage = 0; stage < depths.size(); stage++) {
            dims.add(outputs(shapes, "stages." + stage + ".blocks.0.conv_dw.weight"));
        }
        boolean grn = shapes.keySet().stream().anyMatch(name -> name.contains(".mlp.grn."));
        boolean layerScale = shapes.keySet().stream().anyMatch(name -> name.endsWith(".gamma"));
        int classes = shapes.containsKey("head.fc.weight") ? outputs(shapes, "head.fc.weight") : 0;
        boolean headNorm = classes > 0 || shapes.keySet().stream().anyMatch(name -> name.startsWith("head."));
        return new ConvNeXtSpec(grn ? Generation.V2 : Generation.V1, depths, dims, classes, layerScale,
                ConvNeXtSpec.DEFAULT_NORM_EPS, headNorm);
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

    private static int outputs(Map<String, List<Integer>> shapes, String name) {
        List<Integer> shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalArgumentException("tensor " + name + " is missing");
        }
        if (shape.isEmpty()) {
            throw new IllegalArgumentException("tensor " + name + " is a scalar");
        }
        return shape.getFirst();
    }
}
