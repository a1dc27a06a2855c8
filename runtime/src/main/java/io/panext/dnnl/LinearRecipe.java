package io.panext.dnnl;

import io.panext.dnnl.Blocks.Block;
import io.panext.dnnl.MatmulWeights.Group;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * A linear as matmuls over blocks of rows: what goes into a block, its product, what is made of the product.
 *
 * <p>The constants are weights, bias, ones, then {@code gamma} of a response norm.
 *
 * @param normed  whether the response norm of the input is what it multiplies
 * @param postOps what is done to the product
 * @param finish  by whom
 */
record LinearRecipe(MatmulWeights weights, boolean normed, List<PostOp> postOps, Finish finish) implements Recipe {

    /** Who does what follows the product. */
    enum Finish {
        /** Primitives: at their best at once. */
        ONEDNN,
        /** The Vector API: faster once it is compiled, since it does everything in one pass. */
        SIMD
    }

    private static final int WEIGHTS = 0;
    private static final int BIAS = 1;
    private static final Ones ONES = new Ones(2);
    private static final int GAMMA = 3;

    static DnnlKernel kernel(Op.Linear op, DataType type, Finish finish, Scripts scripts) {
        var recipe = new LinearRecipe(MatmulWeights.of(op.weights(), type), op.responseGamma().isPresent(),
                op.postOps(), finish);
        var constants = new ArrayList<Constant>(
                List.of(recipe.weights.constant(op.weights()), Constant.of(op.bias()), Ones.constant(1)));
        op.responseGamma().ifPresent(gamma -> constants.add(Constant.of(gamma)));
        return new DnnlKernel(DnnlBackend.named(recipe.name(), type), constants, recipe, scripts,
                finish == Finish.SIMD);
    }

    private String name() {
        var parts = new ArrayList<String>();
        if (normed) {
            parts.add("response norm");
        }
        parts.add("matmul");
        postOps.forEach(postOp -> parts.add((finish == Finish.SIMD ? "simd " : "") + postOp.label()));
        return "onednn " + String.join(" + ", parts);
    }

    @Override
    public void write(Script script, Shape shape, Share share) {
        List<Group> groups = Blocks.sharesRows(shape, share) ? weights.groups() : weights.groups(share);
        List<Block> blocks = Blocks.of(shape, Math.max(weights.columns(), weights.depth()), share);
        if (groups.isEmpty() || blocks.isEmpty()) {
            return;
        }
        int rows = blocks.stream().mapToInt(Block::rows).max().orElseThrow();
        var source = new LinearSource(normed, weights, shape, GAMMA, ONES, script, rows);
        Optional<SumsOfSquares> sums = finish == Finish.ONEDNN && postOps.contains(PostOp.SUM_SQUARES)
                ? Optional.of(new SumsOfSquares(script, ONES, shape.statistics(), weights.columns(), rows))
                : Optional.empty();
        var packed = new HashMap<Integer, MemoryDescriptor>();
        groups.forEach(group -> packed.computeIfAbsent(group.count(), _ -> script.own(weights.descriptor(group))));
        for (Block block : blocks) {
            Tensor src = source.write(block);
            for (Group group : groups) {
                product(script, src, block, group, packed.get(group.count()));
                if (finish == Finish.SIMD) {
                    script.run(new SimdFinish(postOps, block, group));
                }
                sums.ifPresent(squares -> squares.write(block, group, new Place.Output(0, offset(block, group))));
            }
        }
    }

    private void product(Script script, Tensor src, Block block, Group group, MemoryDescriptor packed) {
        MemoryDescriptor dst = script.rows(DataType.F32, block.rows(), group.count(), Maps.stride(weights.columns()));
        MemoryDescriptor bias = script.rows(DataType.F32, 1, group.count(), group.count());
        var tensors = new LinkedHashMap<Argument, Tensor>();
        tensors.put(Argument.SRC, src);
        tensors.put(Argument.WEIGHTS, new Tensor(packed, new Place.Constant(WEIGHTS, group.offset())));
        tensors.put(Argument.BIAS, new Tensor(bias, new Place.Constant(BIAS, 4L * group.from())));
        tensors.put(Argument.DST, new Tensor(dst, new Place.Output(0, offset(block, group))));
        var fused = new ArrayList<io.panext.onednn.PostOp>();
        if (postOps.contains(PostOp.GELU) && finish == Finish.ONEDNN) {
            fused.add(new io.panext.onednn.PostOp.Gelu());
        }
        if (postOps.contains(PostOp.ADD)) {
            tensors.put(Argument.postOp(fused.size()),
                    new Tensor(dst, new Place.Input(inputs() - 1, offset(block, group))));
            fused.add(new io.panext.onednn.PostOp.Add(dst));
        }
        script.run(PrimitiveDescriptor.matmul(src.descriptor(), packed, bias, dst, fused), tensors);
    }

    private int inputs() {
        return 1 + (normed ? 1 : 0) + 1;
    }

    private long offset(Block block, Group group) {
        return Maps.offset(block.row(), weights.columns()) + 4L * group.from();
    }
}
