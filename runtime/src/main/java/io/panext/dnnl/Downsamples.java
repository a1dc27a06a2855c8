package io.panext.dnnl;

import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import io.panext.kernels.Window;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import io.panext.zoo.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The convolution between two stages, whose kernel is its stride. What it reads is normed into scratch memory first.
 *
 * <p>The constants are weights, bias, then those of the norm.
 *
 * @param inputs  channels that it reads
 * @param outputs channels that it writes
 * @param type    of the weights and of what they are multiplied with
 */
record Downsamples(int inputs, int outputs, Norms norms, DataType type) implements Recipe {

    private static final int KERNEL = io.panext.kernels.Downsample.KERNEL;
    private static final Shape TYPICAL = new Shape(1, 28, 28, 1);

    static DnnlKernel kernel(Op.Downsample op, DataType type, Scripts scripts) {
        var recipe = new Downsamples(op.weights().shape().get(1), op.bias().size(), Norms.of(op.norm(), 2), type);
        var constants = new ArrayList<Constant>(List.of(recipe.weights(op.weights()), Constant.of(op.bias())));
        constants.addAll(Norms.constants(op.norm()));
        String name = "onednn " + (op.norm().isPresent() ? "layer norm + " : "") + "convolution 2x2";
        return new DnnlKernel(DnnlBackend.named(name, type), constants, recipe, scripts, false);
    }

    private long[] dims() {
        return new long[] {outputs, inputs, KERNEL, KERNEL};
    }

    private Shape output(Shape input) {
        return input.seenThrough(Window.tiles(KERNEL), outputs);
    }

    private Constant weights(Parameter weights) {
        long taps = (long) KERNEL * KERNEL;
        return Constant.reordered(weights, script -> script.own(
                MemoryDescriptor.strided(DataType.F32, dims(), new long[] {inputs * taps, taps, KERNEL, 1})),
                this::packed);
    }

    /** Describes the weights as oneDNN wants them. */
    private MemoryDescriptor packed(Script script) {
        Shape src = TYPICAL.withChannels(inputs);
        PrimitiveDescriptor conv = script.own(descriptor(script, source(script, src), output(src),
                script.own(MemoryDescriptor.anyLayout(type, dims()))));
        return script.own(conv.weights());
    }

    private PrimitiveDescriptor descriptor(Script script, MemoryDescriptor src, Shape dst, MemoryDescriptor weights) {
        return PrimitiveDescriptor.convolution(src, weights,
                script.own(MemoryDescriptor.vector(DataType.F32, outputs)), output(script, dst),
                new PrimitiveDescriptor.Window(KERNEL, 0, 0, 0));
    }

    /** Describes what is convolved: without gaps where it has been normed. */
    private MemoryDescriptor source(Script script, Shape shape) {
        return Maps.images(script, type, shape, norms.isPresent() ? inputs : Maps.stride(inputs));
    }

    private MemoryDescriptor output(Script script, Shape shape) {
        return Maps.images(script, DataType.F32, shape, Maps.stride(outputs));
    }

    @Override
    public void write(Script script, Shape shape, Share share) {
        Shape dst = output(shape);
        List<ImagePart> parts = ImagePart.of(dst.images(), dst.height(), share);
        int most = parts.stream().mapToInt(ImagePart::rows).max().orElse(0);
        Place normed = script.scratch(
                norms.isPresent() ? (long) type.bytes() * most * KERNEL * shape.width() * inputs : 0);
        MemoryDescriptor weights = packed(script);
        for (ImagePart rows : parts) {
            Shape src = new Shape(1, rows.rows() * KERNEL, shape.width(), inputs);
            long pixel = ((long) rows.image() * shape.height() + (long) rows.from() * KERNEL) * shape.width();
            Place place = new Place.Input(0, Maps.offset(pixel, inputs));
            if (norms.isPresent()) {
                norms.write(script, src.rows(), inputs,
                        new Tensor(Maps.rows(script, src.rows(), inputs), place),
                        new Tensor(script.rows(type, src.rows(), inputs, inputs), normed));
                place = normed;
            }
            convolve(script, new Tensor(source(script, src), place), output(src), weights,
                    new Place.Output(0, Maps.offset(
                            ((long) rows.image() * dst.height() + rows.from()) * dst.width(), outputs)));
        }
    }

    private void convolve(Script script, Tensor src, Shape dst, MemoryDescriptor weights, Place place) {
        script.run(descriptor(script, src.descriptor(), dst, weights), Map.of(
                Argument.SRC, src,
                Argument.WEIGHTS, new Tensor(weights, new Place.Constant(0, 0)),
                Argument.BIAS, new Tensor(script.own(MemoryDescriptor.vector(DataType.F32, outputs)),
                        new Place.Constant(1, 0)),
                Argument.DST, new Tensor(output(script, dst), place)));
    }
}
