package io.panext.dnnl;

import io.panext.compile.Operands;
import io.panext.dnnl.Blocks.Block;
import io.panext.dnnl.MatmulWeights.Group;
import io.panext.graph.Op.PostOp;
import io.panext.kernels.Epilogue;
import io.panext.kernels.Linear;
import io.panext.kernels.Matrix;
import io.panext.simd.Epilogues;
import java.util.List;

/** What the Vector API makes of a block of a product that a primitive wrote. */
record SimdFinish(List<PostOp> postOps, Block block, Group group) implements Script.Action {

    @Override
    public Runnable bind(Binding binding) {
        Operands operands = binding.operands();
        Epilogue epilogue = Epilogues.of(postOps, operands);
        Matrix columns = operands.dst().columns(group.from(), group.count());
        int end = block.row() + block.rows();
        return () -> {
            for (int row = block.row(); row < end; row += Linear.CHUNK) {
                epilogue.apply(columns.slice(row, Math.min(row + Linear.CHUNK, end)), row, group.from());
            }
            epilogue.finish(columns.slice(block.row(), end), block.row(), group.from());
        };
    }
}
