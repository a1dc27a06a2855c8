package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchTableTest {

    private static final int COLOURS = PatchEmbedding.COLOURS;

    @Test
    void visiblePatchesHaveSlotsInTheirOrder() {
        PatchTable table = table(2, 2, 3, 4);
        table.fill(patch -> patch == 1 || patch == 5 || patch == 6 || patch == 11);
        assertEquals(4, table.slots());
        assertArrayEquals(new int[] {1, 5, 6, 11}, new int[] {table.patch(0), table.patch(1), table.patch(2),
                table.patch(3)});
        assertEquals(0, table.slot(0, 0, 1));
        assertEquals(1, table.slot(0, 1, 2));
        assertEquals(2, table.slot(1, 0, 0));
        assertEquals(3, table.slot(1, 1, 2));
        assertEquals(PatchTable.MASKED, table.slot(0, 0, 0));
    }

    @Test
    void whatIsOutsideAnImageIsMasked() {
        PatchTable table = table(2, 2, 3, 12);
        table.fill(patch -> true);
        for (int[] outside : new int[][] {{-1, 0}, {2, 0}, {0, -1}, {0, 3}}) {
            assertEquals(PatchTable.MASKED, table.slot(0, outside[0], outside[1]));
            assertEquals(PatchTable.MASKED, table.slot(1, outside[0], outside[1]));
        }
    }

    @Test
    void otherNumbersOfPatchesThanSlotsAreRefused() {
        PatchTable table = table(1, 2, 2, 2);
        assertThrows(IllegalArgumentException.class, () -> table.fill(patch -> true));
        assertThrows(IllegalArgumentException.class, () -> table.fill(patch -> patch == 0));
        assertThrows(IllegalArgumentException.class, () -> new PatchTable(GuardedMap.empty(1, 4).matrix(), 1, 2, 2));
        assertThrows(IllegalArgumentException.class, () -> new PatchTable(GuardedMap.empty(2, 9).matrix(), 1, 2, 2));
    }

    @Test
    void aTableThatNobodyWroteIsNeverFollowed() {
        PatchTable table = table(1, 2, 2, 2);
        Matrix src = GuardedMap.empty(2, 3).matrix();
        assertThrows(IndexOutOfBoundsException.class, () -> table.patch(0));
        assertThrows(IndexOutOfBoundsException.class, () -> Densify.run(src, table, GuardedMap.empty(1, 3).matrix(),
                GuardedMap.empty(4, 3).matrix(), Share.ALL));
    }

    private static PatchTable table(int images, int gridHeight, int gridWidth, int visible) {
        return new PatchTable(GuardedMap.empty(1, PatchTable.ints(images, gridHeight * gridWidth, visible)).matrix(),
                images, gridHeight, gridWidth);
    }

    @EveryChannelCount
    void densifiedMapsHoldTheTokenWhereTheyAreMasked(int channels) {
        MaskedCase masks = new MaskedCase(2, 3, 4, 0.6, channels);
        float[] token = Sample.values(5, channels);
        float[] map = Sample.values(1, masks.pixels(1) * channels);
        float[] seen = masks.masked(map, 1, channels);
        float[] expected = new float[map.length];
        for (int i = 0; i < map.length; i++) {
            expected[i] = seen[i] == 0 ? token[i % channels] : map[i];
        }
        assertArrayEquals(expected, Workers.agree(workers -> {
            GuardedMap dst = GuardedMap.empty(masks.pixels(1), channels);
            Matrix src = GuardedMap.of(masks.compact(map, 1, channels), channels).matrix();
            workers.each(share -> Densify.run(src, masks.table, GuardedMap.of(token, channels).matrix(), dst.matrix(),
                    share));
            return dst.values();
        }));
    }

    @ParameterizedTest(name = "{0} images of {1}x{2} patches of {3}x{3} stem patches of {4}")
    @CsvSource({"1, 3, 3, 8, 4", "2, 2, 5, 2, 4", "3, 1, 1, 1, 4", "1, 2, 3, 3, 5"})
    void visibleStemPatchesAreThoseOfTheWholeImages(int images, int gridHeight, int gridWidth, int edge, int patch) {
        MaskedCase masks = new MaskedCase(images, gridHeight, gridWidth, 0.5, edge);
        int height = gridHeight * edge * patch;
        int width = gridWidth * edge * patch;
        int depth = COLOURS * patch * patch;
        MemorySegment image = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT,
                Sample.values(1, images * COLOURS * height * width));
        Matrix all = PatchEmbedding.patches(image, height, width, Window.tiles(patch),
                GuardedMap.empty(masks.pixels(edge), depth).matrix()).rows(0, masks.pixels(edge));
        int rows = masks.slots() * edge * edge;
        Matrix visible = PatchEmbedding.visiblePatches(image, height, width, patch, edge, masks.table,
                GuardedMap.empty(rows, depth).matrix()).rows(0, rows);
        float[] expected = masks.compact(new GuardedMap(all).values(), edge, depth);
        assertArrayEquals(expected, new GuardedMap(visible).values());
    }
}
