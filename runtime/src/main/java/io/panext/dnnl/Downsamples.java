package io.panext.dnnl;

import io.panext.graph.ChannelsLast;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import io.panext.kernels.Window;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * The convolution between two stages, whose kernel is its stride: cells of 2x2 pixels are gathered into rows, normed and
 * multiplied. oneDNN's convolution wants other weights for other image sizes.
 *
 * <p>The constants are weights, bias, then those of the norm.
 *
 * @param channels of a pixel that it reads
 */
record Downsamples(int channels, MatmulWeights weights, Norms norms) implements Recipe {

    private static final int KERNEL = io.panext.kernels.Downsample.KERNEL;
    private static final int CELL = KERNEL * KERNEL;

    /** What cells of small images take that are multiplied together, in bytes. */
    private static final long GATHERED_BYTES = 256 << 10;

    static DnnlKernel kernel(Op.Downsample op, DataType type, WeightLayout layout, Scripts scripts) {
        var recipe = new Downsamples(op.weights().shape().get(1), MatmulWeights.of(op.weights(), type, layout),
                Norms.of(op.norm(), 2));
        var constants = new ArrayList<Constant>(
                List.of(recipe.weights.constant(ChannelsLast.of(op.weights())), Constant.of(op.bias())));
        constants.addAll(Norms.constants(op.norm()));
        String name = "onednn " + (op.norm().isPresent() ? "layer norm + " : "") + "matmul over 2x2 cells";
        return new DnnlKernel(DnnlBackend.named(name, type), constants, recipe, scripts, false);
    }

    @Override
    public void write(Script script, Shape images, Share share) {
        Shape shape = joined(images);
        Shape dst = shape.seenThrough(Window.tiles(KERNEL), weights.columns());
        long fitting = GATHERED_BYTES / (4L * dst.width() * weights.depth());
        int most = (int) Math.max(images.height() / KERNEL, fitting);
        List<ImagePart> parts = ImagePart.of(dst.images(), dst.height(), most, share);
        long values = (long) parts.stream().mapToInt(ImagePart::rows).max().orElse(0) * dst.width() * weights.depth();
        boolean normedApart = norms.isPresent() && weights.type() != DataType.F32;
        Place gathered = script.scratch((norms.isPresent() ? DataType.F32 : weights.type()).bytes() * values);
        Place multiplied = normedApart ? script.scratch(weights.type().bytes() * values) : gathered;
        var product = new Product(script, weights);
        for (ImagePart rows : parts) {
            int cells = rows.rows() * dst.width();
            gather(script, shape, dst.width(), rows, gathered);
            norm(script, CELL * cells, gathered, multiplied);
            long row = ((long) rows.image() * dst.height() + rows.from()) * dst.width();
            product.write(new Tensor(script.rows(weights.type(), cells, weights.depth(), weights.depth()), multiplied),
                    cells, row);
        }
    }

    /**
     * Returns images as one, each below the one before it, if none has a row that no cell takes: so that small images, and
     * the patches of masked ones, do not read all weights each.
     */
    private static Shape joined(Shape images) {
        return images.height() % KERNEL == 0
                ? new Shape(1, images.images() * images.height(), images.width(), images.channels())
                : images;
    }

    /** Adds the copy of cells into rows without gaps: row of the cell, pixel of the row, channel. */
    private void gather(Script script, Shape src, int across, ImagePart rows, Place dst) {
        long pixel = Maps.stride(channels);
        long row = src.width() * pixel;
        long[] dims = {rows.rows(), across, KERNEL, KERNEL, channels};
        DataType type = norms.isPresent() ? DataType.F32 : weights.type();
        MemoryDescriptor map = script.own(MemoryDescriptor.strided(DataType.F32, dims,
                new long[] {KERNEL * row, KERNEL * pixel, row, pixel, 1}));
        MemoryDescriptor cells = script.own(MemoryDescriptor.strided(type, dims,
                new long[] {(long) across * CELL * channels, (long) CELL * channels, (long) KERNEL * channels, channels,
                        1}));
        long first = ((long) rows.image() * src.height() + (long) rows.from() * KERNEL) * src.width();
        script.copy(new Tensor(map, new Place.Input(0, Maps.offset(first, channels))), new Tensor(cells, dst));
    }

    private void norm(Script script, int pixels, Place src, Place dst) {
        if (norms.isPresent()) {
            norms.writeDense(script, new Tensor(script.rows(DataType.F32, pixels, channels, channels), src),
                    new Tensor(script.rows(weights.type(), pixels, channels, channels), dst), channels);
        }
    }
}
