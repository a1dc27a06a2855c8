package io.panext.dnnl;

import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import io.panext.zoo.Norm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * A layer norm, of its own or at the end of another op.
 *
 * @param eps    added to the variance; empty if there is no norm
 * @param affine whether it scales and shifts
 * @param first  which of the kernel's constants is its scale; its shift is the next
 */
record Norms(Optional<Double> eps, boolean affine, int first) implements Recipe {

    static Norms of(Optional<Op.ChannelNorm> norm, int first) {
        return new Norms(norm.map(op -> op.norm().eps()), norm.flatMap(Op.ChannelNorm::affine).isPresent(), first);
    }

    static DnnlKernel kernel(Op.ChannelNorm norm, Scripts scripts) {
        Optional<Op.ChannelNorm> present = Optional.of(norm);
        return new DnnlKernel("onednn layer norm", constants(present), of(present, 0), scripts, false);
    }

    @Override
    public void write(Script script, Shape shape, Share share) {
        int from = share.from(shape.rows());
        int rows = share.to(shape.rows()) - from;
        write(script, rows, shape.channels(), new Place.Input(0, offset(from, shape)),
                new Place.Output(0, offset(from, shape)), scratch(script, rows, shape.channels()));
    }

    boolean isPresent() {
        return eps.isPresent();
    }

    /** Whether a norm, if there is one, is of the kind that oneDNN has something fast for. */
    static boolean takes(Optional<Op.ChannelNorm> norm) {
        return norm.map(found -> found.norm().kind() == Norm.Kind.LAYER_NORM).orElse(true);
    }

    private static long offset(int row, Shape shape) {
        return Maps.offset(row, shape.channels());
    }

    static List<Constant> constants(Optional<Op.ChannelNorm> norm) {
        return norm.flatMap(Op.ChannelNorm::affine)
                .map(affine -> List.of(Constant.of(affine.scale()), Constant.of(affine.shift().orElseThrow())))
                .orElse(List.of());
    }

    /** Reserves what the norm of so many rows, or of fewer, needs. */
    Place scratch(Script script, int rows, int channels) {
        return script.scratch(isPresent() && !Maps.isDense(channels) ? 4L * rows * channels : 0);
    }

    /**
     * Adds the norm of rows of a map, which may be in place, or nothing if there is no norm.
     *
     * @param scratch where rows without gaps go: oneDNN 3.11 takes rows with gaps for such rows, and gives nonsense
     */
    void write(Script script, int rows, int channels, Place src, Place dst, Place scratch) {
        if (rows == 0 || eps.isEmpty()) {
            return;
        }
        Tensor from = new Tensor(Maps.rows(script, rows, channels), src);
        Tensor to = new Tensor(from.descriptor(), dst);
        if (Maps.isDense(channels)) {
            writeDense(script, from, to, channels);
        } else {
            Tensor dense = new Tensor(script.rows(DataType.F32, rows, channels, channels), scratch);
            script.copy(from, dense);
            writeDense(script, dense, dense, channels);
            script.copy(dense, to);
        }
    }

    /** Adds the norm, which must be there, of rows without gaps. */
    void writeDense(Script script, Tensor src, Tensor dst, int channels) {
        var tensors = new LinkedHashMap<Argument, Tensor>();
        tensors.put(Argument.SRC, src);
        tensors.put(Argument.DST, dst);
        if (affine) {
            MemoryDescriptor vector = script.own(MemoryDescriptor.vector(DataType.F32, channels));
            tensors.put(Argument.SCALE, new Tensor(vector, new Place.Constant(first, 0)));
            tensors.put(Argument.SHIFT, new Tensor(vector, new Place.Constant(first + 1, 0)));
        }
        script.run(
                PrimitiveDescriptor.layerNorm(src.descriptor(), dst.descriptor(), eps.orElseThrow(), affine),
                tensors);
    }

    /** How the norm is called at the end of a kernel's name. */
    String suffix() {
        return isPresent() ? " + layer norm" : "";
    }
}
