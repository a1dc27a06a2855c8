package io.panext.dnnl;

import io.panext.dnnl.Blocks.Block;
import io.panext.dnnl.MatmulWeights.Group;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * Sums the squares of columns with primitives: a product of a row of ones with the squares.
 *
 * <p>A block's sum is written where its first chunk's belongs, and zeros for its other chunks: those who read them add
 * them up.
 */
final class SumsOfSquares {

    private final Script script;
    private final Ones ones;
    private final int columns;
    private final Place squares;

    /** @param rows the most rows of a block */
    SumsOfSquares(Script script, Ones ones, int columns, int rows) {
        this.script = script;
        this.ones = ones;
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
        script.run(PrimitiveDescriptor.square(map.descriptor(), dense.descriptor()),
                Map.of(Argument.SRC, map, Argument.DST, dense));
        ones.sum(script, block.rows(), dense, new Tensor(script.rows(DataType.F32, 1, group.count(), group.count()),
                new Place.Output(1, offset(block.chunk(), group))));
        for (int chunk = 1; chunk < block.chunks(); chunk++) {
            var rest = new Place.Output(1, offset(block.chunk() + chunk, group));
            script.run(binding -> {
                MemorySegment memory = binding.resolve(rest).asSlice(0, 4L * group.count());
                return () -> memory.fill((byte) 0);
            });
        }
    }

    private long offset(int chunk, Group group) {
        return Maps.offset(chunk, columns) + 4L * group.from();
    }
}
