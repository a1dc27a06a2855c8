package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;

/** A queue of executions, which on a processor run at once, in the calling thread. For one thread at a time. */
final class Stream extends NativeObject {

    Stream() {
        super(Status.create(
                result -> Dnnl.dnnl_stream_create(result, Engine.CPU.handle(), Dnnl.dnnl_stream_default_flags()),
                () -> "dnnl_stream_create"), Dnnl::dnnl_stream_destroy);
    }
}
