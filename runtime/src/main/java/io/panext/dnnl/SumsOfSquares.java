package io.panext.dnnl;

import io.panext.dnnl.Blocks.Block;
import io.panext.dnnl.MatmulWeights.Group;
import io.panext.kernels.ImageRows;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import java.util.List;
import java.util.Map;

/**
 * Sums the squares of columns with primitives: a product of a row of ones with the squares.
 *
 * <p>Each chunk has a sum of its own: which chunks make a block depends on the number of workers, and the result must not.
 */
final class SumsOfSquares {

    private final Script script;
    private final Ones ones;
    private final ImageRows images;
    private final int columns;
    private final Place.Scratch squares;

    /** @param rows the most rows of a block */
    SumsOfSquares(Script script, Ones ones, ImageRows images, int columns, int rows) {
        this.script = script;
        this.ones = ones;
        this.images = images;
        this.columns = columns;
        this.squares = script.scratch(4L * rows * columns);
    }

    /** Adds what sums the squares of a block's columns, which lie at {@code place}, into the op's second output. */
    void write(Block block, Group group, Place place) {
        MemoryDescriptor src = script.rows(DataType.F32, block.rows(), group.count(), Maps.stride(columns));
        Tensor dense = new Tensor(script.rows(DataType.F32, block.rows(), group.count(), group.count()), squares);
        Tensor map = new Tensor(src, place);
        if (group.count() < Maps.stride(columns)) {
            script.copy(map, dense);
            map = dense;
        }
        MemoryDescriptor source = map.descriptor();
        script.run(script.once(List.of("square", source, dense.descriptor()),
                () -> PrimitiveDescriptor.square(source, dense.descriptor())),
                Map.of(Argument.SRC, map, Argument.DST, dense));
        for (int chunk = block.chunk(); chunk < block.chunk() + block.chunks(); chunk++) {
            int row = images.chunkRow(chunk);
            int rows = images.chunkRow(chunk + 1) - row;
            MemoryDescriptor part = script.rows(DataType.F32, rows, group.count(), group.count());
            var values = new Place.Scratch(squares.offset() + 4L * (row - block.row()) * group.count());
            MemoryDescriptor sum = script.rows(DataType.F32, 1, group.count(), group.count());
            ones.sum(script, rows, new Tensor(part, values),
                    new Tensor(sum, new Place.Output(1, offset(chunk, group))));
        }
    }

    private long offset(int chunk, Group group) {
        return Maps.offset(chunk, columns) + 4L * group.from();
    }
}
