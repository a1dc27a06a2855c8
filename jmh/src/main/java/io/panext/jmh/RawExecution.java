package io.panext.jmh;

import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.Execution;
import io.panext.onednn.jextract.Dnnl;
import io.panext.onednn.jextract.dnnl_exec_arg_t;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.function.ToIntFunction;

/** A matmul with bias and GELU by the generated functions alone: what panext's types are measured against. */
final class RawExecution {

    private static final int TENSORS = 5;

    private final Arena arena;
    private final MemorySegment engine;
    private final MemorySegment stream;
    private final MemorySegment primitive;
    private final MemorySegment arguments;

    RawExecution(int m, int k, int n, DataType type, Map<Argument, Execution.Tensor> tensors,
            MemorySegment scratchpad, Arena arena) {
        this.arena = arena;
        int code = type == DataType.F32 ? Dnnl.dnnl_f32() : Dnnl.dnnl_bf16();
        engine = create(result -> Dnnl.dnnl_engine_create(result, Dnnl.dnnl_cpu(), 0));
        stream = create(result -> Dnnl.dnnl_stream_create(result, engine, Dnnl.dnnl_stream_default_flags()));
        MemorySegment src = rows(m, k, code);
        MemorySegment any = create(result -> Dnnl.dnnl_memory_desc_create_with_tag(result, 2,
                arena.allocateFrom(ValueLayout.JAVA_LONG, k, n), code, Dnnl.dnnl_format_tag_any()));
        MemorySegment bias = rows(1, n, Dnnl.dnnl_f32());
        MemorySegment dst = rows(m, n, Dnnl.dnnl_f32());
        MemorySegment attributes = create(Dnnl::dnnl_primitive_attr_create);
        check(Dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, Dnnl.dnnl_scratchpad_mode_user()));
        MemorySegment postOps = create(Dnnl::dnnl_post_ops_create);
        check(Dnnl.dnnl_post_ops_append_eltwise(postOps, Dnnl.dnnl_eltwise_gelu_erf(), 0, 0));
        check(Dnnl.dnnl_primitive_attr_set_post_ops(attributes, postOps));
        MemorySegment descriptor = create(result -> Dnnl.dnnl_matmul_primitive_desc_create(result, engine, src, any,
                bias, dst, attributes));
        primitive = create(result -> Dnnl.dnnl_primitive_create(result, descriptor));
        arguments = dnnl_exec_arg_t.allocateArray(TENSORS, arena);
        MemorySegment weights = Dnnl.dnnl_primitive_desc_query_md(descriptor, Dnnl.dnnl_query_weights_md(), 0);
        argument(0, Dnnl.DNNL_ARG_SRC(), src, tensors.get(Argument.SRC).memory());
        argument(1, Dnnl.DNNL_ARG_WEIGHTS(), weights, tensors.get(Argument.WEIGHTS).memory());
        argument(2, Dnnl.DNNL_ARG_BIAS(), bias, tensors.get(Argument.BIAS).memory());
        argument(3, Dnnl.DNNL_ARG_DST(), dst, tensors.get(Argument.DST).memory());
        argument(4, Dnnl.DNNL_ARG_SCRATCHPAD(),
                Dnnl.dnnl_primitive_desc_query_md(descriptor, Dnnl.dnnl_query_scratchpad_md(), 0), scratchpad);
    }

    private MemorySegment rows(int rows, int columns, int type) {
        return create(result -> Dnnl.dnnl_memory_desc_create_with_strides(result, 2,
                arena.allocateFrom(ValueLayout.JAVA_LONG, rows, columns), type,
                arena.allocateFrom(ValueLayout.JAVA_LONG, columns, 1)));
    }

    private void argument(int index, int code, MemorySegment descriptor, MemorySegment memory) {
        MemorySegment element = dnnl_exec_arg_t.asSlice(arguments, index);
        dnnl_exec_arg_t.arg(element, code);
        dnnl_exec_arg_t.memory(element, create(result -> Dnnl.dnnl_memory_create(result, descriptor, engine, memory)));
    }

    private MemorySegment create(ToIntFunction<MemorySegment> function) {
        MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
        check(function.applyAsInt(result));
        return result.get(ValueLayout.ADDRESS, 0);
    }

    private static void check(int status) {
        if (status != Dnnl.dnnl_success()) {
            throw new IllegalStateException("oneDNN answered " + status);
        }
    }

    int run() {
        return Dnnl.dnnl_primitive_execute(primitive, stream, TENSORS, arguments);
    }

    void close() {
        Dnnl.dnnl_primitive_destroy(primitive);
        Dnnl.dnnl_stream_destroy(stream);
        Dnnl.dnnl_engine_destroy(engine);
    }
}
