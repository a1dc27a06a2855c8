package io.panext.dnnl;

import io.panext.compile.Operands;
import io.panext.dnnl.Blocks.Block;
import io.panext.dnnl.MatmulWeights.Group;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.kernels.Epilogue;
import io.panext.kernels.Linear;
import io.panext.kernels.Matrix;
import io.panext.kernels.SigmoidGate;

/** What the Vector API makes of a block of a product that a primitive wrote. */
record Epilogues(Op.Linear op, Shape shape, Block block, Group group) implements Script.Action {

    @Override
    public Runnable bind(Binding binding) {
        Operands operands = binding.operands();
        Epilogue epilogue = epilogue(operands);
        Matrix columns = operands.dst().columns(group.from(), group.count());
        int end = block.row() + block.rows();
        return () -> {
            for (int row = block.row(); row < end; row += Linear.CHUNK) {
                epilogue.apply(columns.slice(row, Math.min(row + Linear.CHUNK, end)), row, group.from());
            }
        };
    }

    private Epilogue epilogue(Operands operands) {
        if (op.postOps().contains(PostOp.SUM_SQUARES)) {
            return Epilogue.geluAndSquares(operands.outputs().get(1), shape.statistics());
        }
        if (op.postOps().contains(PostOp.GELU_TANH)) {
            return Epilogue.gated(SigmoidGate.GELU_TANH);
        }
        return op.postOps().contains(PostOp.SILU) ? Epilogue.gated(SigmoidGate.SILU) : Epilogue.GELU;
    }
}
