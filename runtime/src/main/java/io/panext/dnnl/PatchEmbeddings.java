package io.panext.dnnl;

import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import io.panext.kernels.Window;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * The stem, fp32: patches of the planar image are gathered into rows and multiplied. oneDNN's convolution has nothing fast
 * for a planar source.
 *
 * <p>The constants are weights, bias, then those of a norm.
 *
 * @param window what a patch is
 */
record PatchEmbeddings(Window window, MatmulWeights weights, Norms norms) implements Recipe {

    static DnnlKernel kernel(Op.PatchEmbedding op, WeightLayout layout, Scripts scripts) {
        var recipe = new PatchEmbeddings(op.window(), MatmulWeights.of(op.weights(), DataType.F32, layout),
                Norms.of(op.norm(), 2));
        var constants = new ArrayList<Constant>(List.of(recipe.weights.constant(op.weights()), Constant.of(op.bias())));
        constants.addAll(Norms.constants(op.norm()));
        return new DnnlKernel("onednn matmul over patches" + recipe.norms.suffix(), constants, recipe, scripts, false);
    }

    /** Whether a stem's patches lie side by side and nothing but a layer norm follows. */
    static boolean takes(Op.PatchEmbedding op) {
        return op.window().equals(Window.tiles(op.window().kernel())) && op.activation().isEmpty()
                && Norms.takes(op.norm());
    }

    @Override
    public void write(Script script, Shape shape, Share share) {
        Shape dst = shape.seenThrough(window, weights.columns());
        List<ImagePart> parts = ImagePart.of(dst.images(), dst.height(), share);
        int most = parts.stream().mapToInt(ImagePart::rows).max().orElse(0) * dst.width();
        var product = new Product(script, weights);
        Place gathered = script.scratch(4L * most * weights.depth());
        Place scratch = norms.scratch(script, most, dst.channels());
        for (ImagePart rows : parts) {
            int patches = rows.rows() * dst.width();
            gather(script, shape, dst.width(), rows, gathered);
            MemoryDescriptor src = script.rows(DataType.F32, patches, weights.depth(), weights.depth());
            long pixel = ((long) rows.image() * dst.height() + rows.from()) * dst.width();
            product.write(new Tensor(src, gathered), patches, pixel);
            Place place = new Place.Output(0, Maps.offset(pixel, dst.channels()));
            norms.write(script, patches, dst.channels(), place, place, scratch);
        }
    }

    /** Adds the copy of planes into rows, each one patch: channel, row, column. */
    private void gather(Script script, Shape image, int across, ImagePart rows, Place dst) {
        long patch = window.kernel();
        long depth = weights.depth();
        long plane = image.pixels();
        long[] dims = {image.channels(), rows.rows(), patch, across, patch};
        MemoryDescriptor planes = script.own(MemoryDescriptor.strided(DataType.F32, dims,
                new long[] {plane, patch * image.width(), image.width(), patch, 1}));
        MemoryDescriptor patches = script.own(MemoryDescriptor.strided(DataType.F32, dims,
                new long[] {patch * patch, across * depth, patch, depth, 1}));
        long first = rows.image() * plane * image.channels() + rows.from() * patch * image.width();
        script.copy(new Tensor(planes, new Place.Images(4 * first)), new Tensor(patches, dst));
    }
}
