package io.panext.dnnl;

import io.panext.dnnl.Blocks.Block;
import io.panext.dnnl.MatmulWeights.Group;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import java.util.ArrayList;
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

    private static final Ones ONES = new Ones(2);
    private static final int GAMMA = 3;

    static DnnlKernel kernel(Op.Linear op, DataType type, WeightLayout layout, Finish finish, Scripts scripts) {
        var recipe = new LinearRecipe(MatmulWeights.of(op.weights(), type, layout), op.responseGamma().isPresent(),
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
        List<Group> groups = Blocks.sharesRows(shape, share) ? weights.groups(Share.ALL) : weights.groups(share);
        List<Block> blocks = Blocks.of(shape, Math.max(weights.columns(), weights.depth()), share);
        if (groups.isEmpty() || blocks.isEmpty()) {
            return;
        }
        int rows = blocks.stream().mapToInt(Block::rows).max().orElseThrow();
        var source = new LinearSource(normed, weights, shape, GAMMA, ONES, script, rows);
        Optional<SumsOfSquares> sums = finish == Finish.ONEDNN && postOps.contains(PostOp.SUM_SQUARES)
                ? Optional.of(new SumsOfSquares(script, ONES, shape.statistics(), weights.columns(), rows))
                : Optional.empty();
        var product = new Product(script, weights);
        boolean gelu = finish == Finish.ONEDNN && postOps.contains(PostOp.GELU);
        Optional<Integer> addend = postOps.contains(PostOp.ADD) ? Optional.of(normed ? 2 : 1) : Optional.empty();
        for (Block block : blocks) {
            Tensor src = source.write(block);
            for (Group group : groups) {
                product.write(src, block.rows(), group, block.row(), gelu, addend);
                if (finish == Finish.SIMD) {
                    script.run(new SimdFinish(postOps, block, group));
                }
                sums.ifPresent(squares -> squares.write(block, group,
                        new Place.Output(0, product.offset(block.row(), group))));
            }
        }
    }
}
