package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** How a primitive is made: what follows it, and that its scratchpad comes from the caller. */
final class Attributes extends NativeObject {

    Attributes(List<PostOp> postOps) {
        super(Status.create(Dnnl::dnnl_primitive_attr_create, () -> "dnnl_primitive_attr_create"),
                Dnnl::dnnl_primitive_attr_destroy);
        try {
            Status.check(Dnnl.dnnl_primitive_attr_set_scratchpad_mode(handle(), Dnnl.dnnl_scratchpad_mode_user()),
                    () -> "dnnl_primitive_attr_set_scratchpad_mode");
            set(postOps);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Lets the source be multiplied by a factor for each of its columns, the execution's {@link Argument#SRC_SCALES}. */
    void scaleColumns() {
        int lastOfTwo = 1 << 1;
        Status.check(Dnnl.dnnl_primitive_attr_set_scales_mask(handle(), Dnnl.DNNL_ARG_SRC(), lastOfTwo),
                () -> "dnnl_primitive_attr_set_scales_mask");
    }

    private void set(List<PostOp> postOps) {
        MemorySegment chain = Status.create(Dnnl::dnnl_post_ops_create, () -> "dnnl_post_ops_create");
        try {
            postOps.forEach(postOp -> append(chain, postOp));
            Status.check(Dnnl.dnnl_primitive_attr_set_post_ops(handle(), chain),
                    () -> "dnnl_primitive_attr_set_post_ops " + postOps);
        } finally {
            Dnnl.dnnl_post_ops_destroy(chain);
        }
    }

    private static void append(MemorySegment chain, PostOp postOp) {
        Status.check(switch (postOp) {
            case PostOp.Gelu _ -> Dnnl.dnnl_post_ops_append_eltwise(chain, Dnnl.dnnl_eltwise_gelu_erf(), 0, 0);
            case PostOp.Add(MemoryDescriptor src) ->
                Dnnl.dnnl_post_ops_append_binary(chain, Dnnl.dnnl_binary_add(), src.handle());
        }, () -> "dnnl_post_ops_append " + postOp);
    }
}
