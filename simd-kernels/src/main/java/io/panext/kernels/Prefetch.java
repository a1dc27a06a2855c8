package io.panext.kernels;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Asks the processor for memory that is needed soon, and does not wait for it. Java has no such instruction, so this is a
 * loop of one in machine code, called like any other native function, without a transition: 2 ns.
 *
 * <p>A request for an address that does not exist is ignored, so nothing here can fail. Where there is no such code (on
 * other than x86-64 Linux, without native access, where the system forbids executable memory), nothing is asked for.
 */
final class Prefetch {

    /** Bytes of a cache line. */
    static final int LINE = 64;

    /**
     * {@code void lines(long address, int count)} of the System V ABI: {@code again: prefetcht1 [rdi]; add rdi, 64; dec esi;
     * jnz again; ret}.
     */
    private static final byte[] X86_64 = {0x0F, 0x18, 0x17, 0x48, (byte) 0x83, (byte) 0xC7, LINE, (byte) 0xFF,
            (byte) 0xCE, 0x75, (byte) 0xF5, (byte) 0xC3};

    private static final long PAGE = 4096;
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    private static final MethodHandle LINES = isSupported() ? load().orElse(null) : null;

    /** Whether requests reach the processor. */
    static final boolean AVAILABLE = LINES != null;

    private Prefetch() {}

    /**
     * Asks for some lines, for the second-level cache.
     *
     * @param address where the first begins
     * @param count   how many; at most a few dozen, more than a core keeps track of make it wait
     */
    static void lines(long address, int count) {
        if (AVAILABLE && count > 0) {
            try {
                LINES.invokeExact(address, count);
            } catch (Throwable e) {
                throw new AssertionError("machine code throws nothing", e);
            }
        }
    }

    /** Java warns of native code in modules that have not been given it, and will forbid it. */
    private static boolean isSupported() {
        return "Linux".equals(System.getProperty("os.name")) && "amd64".equals(System.getProperty("os.arch"))
                && Prefetch.class.getModule().isNativeAccessEnabled();
    }

    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> load() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> mmap = linker.defaultLookup().find("mmap");
        Optional<MemorySegment> mprotect = linker.defaultLookup().find("mprotect");
        if (mmap.isEmpty() || mprotect.isEmpty()) {
            return Optional.empty();
        }
        MethodHandle map = linker.downcallHandle(mmap.get(),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
        MethodHandle protect = linker.downcallHandle(mprotect.get(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
        try {
            MemorySegment page = (MemorySegment) map.invokeExact(MemorySegment.NULL, PAGE, READ | WRITE,
                    PRIVATE_ANONYMOUS, -1, 0L);
            if (page.address() == -1) {
                return Optional.empty();
            }
            MemorySegment code = page.reinterpret(PAGE);
            MemorySegment.copy(X86_64, 0, code, ValueLayout.JAVA_BYTE, 0, X86_64.length);
            if ((int) protect.invokeExact(code, PAGE, READ | EXECUTE) != 0) {
                return Optional.empty();
            }
            return Optional.of(linker.downcallHandle(code,
                    FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT),
                    Linker.Option.critical(false)));
        } catch (Throwable e) {
            throw new AssertionError("mmap and mprotect throw nothing", e);
        }
    }
}
