package io.panext.dnnl;

import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import io.panext.onednn.PrimitiveDescriptor.Window;
import io.panext.zoo.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The depthwise convolution, fp32. It is done on whole rows of the map: the channels that fill a row up are computed too,
 * from weights of zero.
 *
 * <p>The constants are weights, bias, then those of a norm.
 *
 * @param edge     of the kernel
 * @param channels of a row, those that fill it up included
 */
record DepthwiseConvs(int edge, int channels, Norms norms) implements Recipe {

    private static final Shape TYPICAL = new Shape(1, 14, 14, 1);

    static DnnlKernel kernel(Op.DepthwiseConv op, Scripts scripts) {
        var recipe = new DepthwiseConvs(op.kernel(), (int) Maps.stride(op.bias().size()), Norms.of(op.norm(), 2));
        var constants = new ArrayList<Constant>(List.of(recipe.weights(op.weights()), recipe.bias(op.bias())));
        constants.addAll(Norms.constants(op.norm()));
        return new DnnlKernel("onednn depthwise " + op.kernel() + "x" + op.kernel() + recipe.norms.suffix(), constants,
                recipe, scripts, false);
    }

    private Constant weights(Parameter weights) {
        int taps = edge * edge;
        return Constant.reordered(weights, script -> script.own(
                MemoryDescriptor.strided(DataType.F32, dims(), new long[] {taps, taps, taps, edge, 1})),
                this::packed);
    }

    private Constant bias(Parameter bias) {
        return new Constant(4L * channels, memory -> Constant.read(bias, 0, bias.size(), memory));
    }

    private long[] dims() {
        return new long[] {channels, 1, 1, edge, edge};
    }

    /** Describes the weights as oneDNN wants them. */
    private MemoryDescriptor packed(Script script) {
        Shape shape = TYPICAL.withChannels(channels);
        int padding = edge / 2;
        PrimitiveDescriptor conv = script.own(descriptor(script, shape, shape,
                script.own(MemoryDescriptor.anyLayout(DataType.F32, dims())),
                new Window(1, padding, padding, padding)));
        return script.own(conv.weights());
    }

    private PrimitiveDescriptor descriptor(Script script, Shape src, Shape dst, MemoryDescriptor weights,
            Window window) {
        return PrimitiveDescriptor.convolution(Maps.images(script, DataType.F32, src, channels), weights,
                script.own(MemoryDescriptor.vector(DataType.F32, channels)),
                Maps.images(script, DataType.F32, dst, channels), window);
    }

    @Override
    public void write(Script script, Shape shape, Share share) {
        MemoryDescriptor weights = packed(script);
        List<ImagePart> parts = ImagePart.of(shape.images(), shape.height(), share);
        int most = parts.stream().mapToInt(ImagePart::rows).max().orElse(0) * shape.width();
        Place scratch = norms.scratch(script, most, shape.channels());
        for (ImagePart rows : parts) {
            write(script, shape, rows, weights, scratch);
        }
    }

    private void write(Script script, Shape shape, ImagePart rows, MemoryDescriptor weights, Place scratch) {
        int padding = edge / 2;
        int first = Math.max(0, rows.from() - padding);
        int last = Math.min(shape.height(), rows.to() + padding);
        Window window = new Window(1, padding - (rows.from() - first), padding - (last - rows.to()), padding);
        Shape src = new Shape(1, last - first, shape.width(), channels);
        Shape dst = new Shape(1, rows.rows(), shape.width(), channels);
        var output = new Place.Output(0, offset(shape, rows.image(), rows.from()));
        script.run(descriptor(script, src, dst, weights, window), Map.of(
                Argument.SRC, new Tensor(Maps.images(script, DataType.F32, src, channels),
                        new Place.Input(0, offset(shape, rows.image(), first))),
                Argument.WEIGHTS, new Tensor(weights, new Place.Constant(0, 0)),
                Argument.BIAS, new Tensor(script.own(MemoryDescriptor.vector(DataType.F32, channels)),
                        new Place.Constant(1, 0)),
                Argument.DST, new Tensor(Maps.images(script, DataType.F32, dst, channels), output)));
        norms.write(script, dst.rows(), shape.channels(), output, output, scratch);
    }

    private static long offset(Shape shape, int image, int row) {
        return Maps.offset(((long) image * shape.height() + row) * shape.width(), shape.channels());
    }
}
