package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** What oneDNN's functions return. */
final class Status {

    private Status() {}

    /**
     * Turns a failure into an exception.
     *
     * @param call what was called and with what, for the message
     */
    static void check(int status, Supplier<String> call) {
        if (status != Dnnl.dnnl_success()) {
            String name = Dnnl.dnnl_status2str(status).reinterpret(Long.MAX_VALUE).getString(0);
            throw new OnednnException("oneDNN answered '" + name + "' to " + call.get());
        }
    }

    /**
     * Returns the pointer that a function writes.
     *
     * @param function takes the place for the pointer, returns a status
     * @param call     what was called and with what, for the message
     */
    static MemorySegment create(ToIntFunction<MemorySegment> function, Supplier<String> call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            check(function.applyAsInt(result), call);
            return result.get(ValueLayout.ADDRESS, 0);
        }
    }
}
