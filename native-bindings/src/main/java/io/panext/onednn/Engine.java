package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;

/** Where primitives run: the processor. There is one for the whole process. */
final class Engine extends NativeObject {

    static final Engine CPU = new Engine();

    private Engine() {
        super(Status.create(result -> Dnnl.dnnl_engine_create(result, Dnnl.dnnl_cpu(), 0), () -> "dnnl_engine_create"),
                Dnnl::dnnl_engine_destroy);
    }
}
