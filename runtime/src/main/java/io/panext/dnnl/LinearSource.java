package io.panext.dnnl;

import io.panext.dnnl.Blocks.Block;
import io.panext.graph.Shape;
import io.panext.kernels.ImageRows;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What a linear multiplies: rows of its input, normed by their response and rounded to bf16 where that is asked for. */
final class LinearSource {

    private final boolean normed;
    private final MatmulWeights weights;
    private final ImageRows images;
    private final int gammaIndex;
    private final Ones ones;
    private final Script script;
    private final Place rows;
    private final Place.Scratch totals;
    private final Place factors;
    private int factorsOf = -1;

    /**
     * @param normed     whether rows are normed by their response
     * @param gammaIndex which of the constants is the gamma of the response norm
     * @param most       the most rows of a block
     */
    LinearSource(boolean normed, MatmulWeights weights, Shape shape, int gammaIndex, Ones ones,
            Script script, int most) {
        this.normed = normed;
        this.weights = weights;
        this.images = shape.statistics();
        this.gammaIndex = gammaIndex;
        this.ones = ones;
        this.script = script;
        boolean copied = normed || weights.type() != DataType.F32;
        int depth = weights.depth();
        this.rows = script.scratch(copied ? (long) weights.type().bytes() * most * depth : 0);
        this.totals = script.scratch(normed ? 4L * depth * mostParts() : 0);
        this.factors = script.scratch(normed ? 4L * depth : 0);
    }

    /** Adds what prepares a block, and returns where it then is. */
    Tensor write(Block block) {
        int depth = weights.depth();
        Tensor src = new Tensor(Maps.rows(script, block.rows(), depth),
                new Place.Input(0, Maps.offset(block.row(), depth)));
        if (normed) {
            return normed(block, src);
        }
        return weights.type() == DataType.F32 ? src : rounded(block, src);
    }

    private Tensor rounded(Block block, Tensor src) {
        Tensor dst = new Tensor(dense(block), rows);
        script.copy(src, dst);
        return dst;
    }

    private Tensor normed(Block block, Tensor src) {
        if (factorsOf != block.image()) {
            factorsOf = block.image();
            factors(block.image());
        }
        Tensor dst = new Tensor(dense(block), rows);
        Tensor scales = new Tensor(script.own(MemoryDescriptor.vector(DataType.F32, weights.depth())), factors);
        script.run(script.once(List.of("scaled reorder", src.descriptor(), dst.descriptor()),
                () -> PrimitiveDescriptor.scaledReorder(src.descriptor(), dst.descriptor())),
                Map.of(Argument.SRC, src, Argument.SRC_SCALES, scales, Argument.DST, dst));
        return dst;
    }

    private MemoryDescriptor dense(Block block) {
        return script.rows(weights.type(), block.rows(), weights.depth(), weights.depth());
    }

    /** Adds up the sums of an image's chunks and makes factors of them. */
    private void factors(int image) {
        int depth = weights.depth();
        int chunks = images.chunks(image);
        for (int part = 0; part < parts(image); part++) {
            int first = part * Ones.COUNT;
            int count = Math.min(Ones.COUNT, chunks - first);
            ones.sum(script, count,
                    new Tensor(Maps.rows(script, count, depth),
                            new Place.Input(1, Maps.offset(images.firstChunk(image) + first, depth))),
                    new Tensor(script.rows(DataType.F32, 1, depth, depth),
                            new Place.Scratch(totals.offset() + 4L * part * depth)));
        }
        script.run(binding -> new ResponseFactors(binding.resolve(totals), parts(image),
                binding.resolve(new Place.Constant(gammaIndex, 0)), depth, binding.resolve(factors)));
    }

    private int parts(int image) {
        return Math.ceilDiv(images.chunks(image), Ones.COUNT);
    }

    private int mostParts() {
        return IntStream.range(0, images.images()).map(this::parts).max().orElseThrow();
    }
}
