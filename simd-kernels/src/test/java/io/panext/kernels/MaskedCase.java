package io.panext.kernels;

import java.util.BitSet;
import java.util.SplittableRandom;

/** Masked images: what is visible of them, and the same values as whole maps and as masked ones. */
final class MaskedCase {

    final int images;
    final int gridHeight;
    final int gridWidth;
    final PatchTable table;

    private final BitSet visible;

    /** Makes masks of which at least one patch is visible. */
    MaskedCase(int images, int gridHeight, int gridWidth, double ratio, int seed) {
        this.images = images;
        this.gridHeight = gridHeight;
        this.gridWidth = gridWidth;
        this.visible = new BitSet();
        SplittableRandom random = new SplittableRandom(seed);
        int patches = images * gridHeight * gridWidth;
        visible.set(random.nextInt(patches));
        for (int patch = 0; patch < patches; patch++) {
            visible.set(patch, visible.get(patch) || random.nextDouble() >= ratio);
        }
        GuardedMap memory = GuardedMap.empty(1, PatchTable.ints(images, gridHeight * gridWidth, slots()));
        this.table = new PatchTable(memory.matrix(), images, gridHeight, gridWidth);
        table.fill(visible::get);
    }

    int slots() {
        return visible.cardinality();
    }

    int pixels(int edge) {
        return images * gridHeight * gridWidth * edge * edge;
    }

    /** Returns the visible patches of whole maps, patch after patch. */
    float[] compact(float[] map, int edge, int channels) {
        float[] compact = new float[slots() * edge * edge * channels];
        for (int row = 0; row < slots() * edge * edge; row++) {
            System.arraycopy(map, pixel(row, edge) * channels, compact, row * channels, channels);
        }
        return compact;
    }

    /** Returns the visible patches of whole maps, patch after patch. */
    double[] compact(double[] map, int edge, int channels) {
        double[] compact = new double[slots() * edge * edge * channels];
        for (int row = 0; row < slots() * edge * edge; row++) {
            System.arraycopy(map, pixel(row, edge) * channels, compact, row * channels, channels);
        }
        return compact;
    }

    /** Returns whole maps with zeros where they are masked. */
    float[] masked(float[] map, int edge, int channels) {
        float[] masked = new float[map.length];
        for (int row = 0; row < slots() * edge * edge; row++) {
            int first = pixel(row, edge) * channels;
            System.arraycopy(map, first, masked, first, channels);
        }
        return masked;
    }

    /** The pixel of the whole maps that is a row of the masked one. */
    private int pixel(int row, int edge) {
        int patch = visible.stream().skip(row / (edge * edge)).findFirst().orElseThrow();
        int cells = gridHeight * gridWidth;
        int y = patch % cells / gridWidth * edge + row % (edge * edge) / edge;
        int x = patch % gridWidth * edge + row % edge;
        return (patch / cells * gridHeight * edge + y) * gridWidth * edge + x;
    }
}
