package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Supplier;

/**
 * An op on tensors of given shape, with the implementation that oneDNN chose for it.
 *
 * <p>All that make one throw {@link OnednnException} if oneDNN cannot do it, or has nothing for it but its reference
 * implementation, which is hundreds of times slower.
 */
public final class PrimitiveDescriptor extends NativeObject {

    private final TensorSizes sizes;
    private final Supplier<String> name;

    /**
     * How a convolution walks over its source.
     *
     * @param stride distance between two windows, in rows and in columns
     * @param top    rows of zeros above the source
     * @param bottom rows of zeros below it
     * @param sides  columns of zeros to its left and to its right
     */
    public record Window(int stride, int top, int bottom, int sides) {}

    private PrimitiveDescriptor(MemorySegment handle, TensorSizes sizes, Supplier<String> name) {
        super(handle, Dnnl::dnnl_primitive_desc_destroy);
        this.sizes = sizes;
        this.name = name;
    }

    private interface Factory {

        int create(MemorySegment result, MemorySegment attributes);
    }

    private static PrimitiveDescriptor create(TensorSizes sizes, Factory factory, Supplier<String> name) {
        try (Attributes attributes = new Attributes(List.of())) {
            return create(sizes, attributes, factory, name);
        }
    }

    private static PrimitiveDescriptor create(TensorSizes sizes, Attributes attributes, Factory factory,
            Supplier<String> name) {
        MemorySegment handle = Status.create(result -> factory.create(result, attributes.handle()), name);
        var descriptor = new PrimitiveDescriptor(handle, sizes, name);
        try {
            descriptor.requireFast();
            if (!sizes.areKnown()) {
                try (MemoryDescriptor weights = descriptor.weights()) {
                    sizes.weights(weights);
                }
            }
            return descriptor;
        } catch (RuntimeException | Error e) {
            descriptor.close();
            throw e;
        }
    }

    /**
     * {@code dst = postOps(src · weights + bias)}.
     *
     * @param src     {@code [m, k]}
     * @param weights {@code [k, n]}
     * @param bias    {@code [1, n]}
     * @param dst     {@code [m, n]}
     */
    public static PrimitiveDescriptor matmul(MemoryDescriptor src, MemoryDescriptor weights, MemoryDescriptor bias,
            MemoryDescriptor dst, List<PostOp> postOps) {
        List<PostOp> fused = List.copyOf(postOps);
        TensorSizes sizes = TensorSizes.of(src, weights, dst).and(Argument.BIAS, bias).and(fused);
        try (Attributes attributes = new Attributes(fused)) {
            return create(sizes, attributes, (result, fusion) -> Dnnl.dnnl_matmul_primitive_desc_create(result,
                    Engine.CPU.handle(), src.handle(), weights.handle(), bias.handle(), dst.handle(), fusion),
                    () -> "matmul " + src + " by " + weights + " to " + dst + " then " + fused);
        }
    }

    /** {@code dst = src · weights}. See {@link #matmul(MemoryDescriptor, MemoryDescriptor, MemoryDescriptor, MemoryDescriptor, List)}. */
    public static PrimitiveDescriptor matmul(MemoryDescriptor src, MemoryDescriptor weights, MemoryDescriptor dst) {
        return create(TensorSizes.of(src, weights, dst),
                (result, attributes) -> Dnnl.dnnl_matmul_primitive_desc_create(result,
                        Engine.CPU.handle(), src.handle(), weights.handle(), MemorySegment.NULL, dst.handle(),
                        attributes),
                () -> "matmul " + src + " by " + weights + " to " + dst);
    }

    /**
     * A two-dimensional convolution.
     *
     * @param src     {@code [n, c, h, w]}
     * @param weights {@code [out, in, kh, kw]}, or {@code [groups, out / groups, in / groups, kh, kw]}
     * @param bias    {@code [out]}
     * @param dst     {@code [n, out, h, w]}
     */
    public static PrimitiveDescriptor convolution(MemoryDescriptor src, MemoryDescriptor weights,
            MemoryDescriptor bias, MemoryDescriptor dst, Window window) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment strides = pair(arena, window.stride(), window.stride());
            MemorySegment dilations = pair(arena, 0, 0);
            MemorySegment before = pair(arena, window.top(), window.sides());
            MemorySegment after = pair(arena, window.bottom(), window.sides());
            return create(TensorSizes.of(src, weights, dst).and(Argument.BIAS, bias),
                    (result, attributes) -> Dnnl.dnnl_convolution_forward_primitive_desc_create(result,
                            Engine.CPU.handle(), Dnnl.dnnl_forward_inference(), Dnnl.dnnl_convolution_direct(),
                            src.handle(), weights.handle(), bias.handle(), dst.handle(), strides, dilations, before,
                            after, attributes),
                    () -> "convolution " + src + " by " + weights + " to " + dst + " " + window);
        }
    }

    private static MemorySegment pair(Arena arena, long first, long second) {
        return arena.allocateFrom(ValueLayout.JAVA_LONG, first, second);
    }

    /**
     * A norm over the last dimension.
     *
     * @param eps    added to the variance
     * @param affine whether it multiplies with {@link Argument#SCALE} and adds {@link Argument#SHIFT}
     */
    public static PrimitiveDescriptor layerNorm(MemoryDescriptor src, MemoryDescriptor dst, double eps,
            boolean affine) {
        int flags = affine ? Dnnl.dnnl_use_scale() | Dnnl.dnnl_use_shift() : Dnnl.dnnl_normalization_flags_none();
        TensorSizes sizes = TensorSizes.of(src, dst);
        if (affine) {
            sizes.andColumns(Argument.SCALE, src).andColumns(Argument.SHIFT, src);
        }
        return create(sizes,
                (result, attributes) -> Dnnl.dnnl_layer_normalization_forward_primitive_desc_create(result,
                        Engine.CPU.handle(), Dnnl.dnnl_forward_inference(), src.handle(), dst.handle(),
                        MemorySegment.NULL, (float) eps, flags, attributes),
                () -> "layer normalization " + src + " to " + dst);
    }

    /** {@code dst = src²}. */
    public static PrimitiveDescriptor square(MemoryDescriptor src, MemoryDescriptor dst) {
        return create(TensorSizes.of(src, dst),
                (result, attributes) -> Dnnl.dnnl_eltwise_forward_primitive_desc_create(result, Engine.CPU.handle(),
                        Dnnl.dnnl_forward_inference(), Dnnl.dnnl_eltwise_square(), src.handle(), dst.handle(), 0, 0,
                        attributes),
                () -> "square " + src + " to " + dst);
    }

    /** Softmax over the columns of {@code [rows, columns]}. */
    public static PrimitiveDescriptor softmax(MemoryDescriptor src, MemoryDescriptor dst) {
        return create(TensorSizes.of(src, dst),
                (result, attributes) -> Dnnl.dnnl_softmax_forward_primitive_desc_create(result, Engine.CPU.handle(),
                        Dnnl.dnnl_forward_inference(), Dnnl.dnnl_softmax_accurate(), src.handle(), dst.handle(), 1,
                        attributes),
                () -> "softmax " + src + " to " + dst);
    }

    /** Copies a tensor from one layout and type to another. */
    public static PrimitiveDescriptor reorder(MemoryDescriptor src, MemoryDescriptor dst) {
        try (Attributes attributes = new Attributes(List.of())) {
            return reorder(src, dst, TensorSizes.of(src, dst), attributes);
        }
    }

    /** Copies rows from one layout and type to another, each column times its {@link Argument#SRC_SCALES}. */
    public static PrimitiveDescriptor scaledReorder(MemoryDescriptor src, MemoryDescriptor dst) {
        TensorSizes sizes = TensorSizes.of(src, dst).andColumns(Argument.SRC_SCALES, src);
        try (Attributes attributes = new Attributes(List.of())) {
            attributes.scaleColumns();
            return reorder(src, dst, sizes, attributes);
        }
    }

    private static PrimitiveDescriptor reorder(MemoryDescriptor src, MemoryDescriptor dst,
            TensorSizes sizes, Attributes attributes) {
        return create(sizes, attributes,
                (result, handle) -> Dnnl.dnnl_reorder_primitive_desc_create(result, src.handle(),
                        Engine.CPU.handle(), dst.handle(), Engine.CPU.handle(), handle),
                () -> "reorder " + src + " to " + dst);
    }

    /** Refuses the plain loops that oneDNN falls back to; others have names like {@code brg_matmul:avx512_core_amx}. */
    private void requireFast() {
        String implementation = Status.create(
                result -> Dnnl.dnnl_primitive_desc_query(handle(), Dnnl.dnnl_query_impl_info_str(), 0, result),
                () -> "dnnl_primitive_desc_query implementation of " + this).reinterpret(Long.MAX_VALUE).getString(0);
        if (implementation.startsWith("ref") || implementation.contains(":ref")) {
            throw new OnednnException("oneDNN has nothing but " + implementation + " for " + this);
        }
    }

    TensorSizes sizes() {
        return sizes;
    }

    /** Bytes that an execution needs as its {@link Argument#SCRATCHPAD}; it may be 0. */
    public long scratchpadBytes() {
        try (MemoryDescriptor scratchpad = scratchpad()) {
            return scratchpad.bytes();
        }
    }

    /** Returns the layout that the weights must have; the caller closes it. */
    public MemoryDescriptor weights() {
        return query(Dnnl.dnnl_query_weights_md(), () -> "weights of " + this);
    }

    MemoryDescriptor scratchpad() {
        return query(Dnnl.dnnl_query_scratchpad_md(), () -> "scratchpad of " + this);
    }

    private MemoryDescriptor query(int what, Supplier<String> description) {
        MemorySegment borrowed = Dnnl.dnnl_primitive_desc_query_md(handle(), what, 0);
        return new MemoryDescriptor(Status.create(result -> Dnnl.dnnl_memory_desc_clone(result, borrowed),
                () -> "dnnl_memory_desc_clone " + description.get()), description);
    }

    @Override
    public String toString() {
        return name.get();
    }
}
