package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import java.util.function.Supplier;

/** An op, compiled for tensors of given shape. Safe for use by many threads, each with an execution of its own. */
public final class Primitive extends NativeObject {

    private final MemoryDescriptor scratchpad;
    private final TensorSizes sizes;
    private final Supplier<String> name;

    /** Compiles a primitive; its descriptor may be closed afterwards. */
    public Primitive(PrimitiveDescriptor descriptor) {
        super(Status.create(result -> Dnnl.dnnl_primitive_create(result, descriptor.handle()),
                () -> "dnnl_primitive_create " + descriptor), Dnnl::dnnl_primitive_destroy);
        this.name = descriptor::toString;
        try {
            this.sizes = descriptor.sizes();
            this.scratchpad = descriptor.scratchpad();
        } catch (RuntimeException | Error e) {
            super.close();
            throw e;
        }
    }

    TensorSizes sizes() {
        return sizes;
    }

    MemoryDescriptor scratchpad() {
        return scratchpad;
    }

    @Override
    public void close() {
        scratchpad.close();
        super.close();
    }

    @Override
    public String toString() {
        return name.get();
    }
}
