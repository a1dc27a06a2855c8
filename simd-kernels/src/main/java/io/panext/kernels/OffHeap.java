package io.panext.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The one class of memory that kernels work on: what an arena allocates, and slices of it.
 *
 * <p>HotSpot compiles the JDK's accesses to memory for the classes of segments that it has seen in them, whoever called.
 * In a process that also uses segments over arrays or mapped files these are too many to tell, and whatever a kernel reads
 * outside its innermost loop becomes a virtual call: a tenth of V2 Tiny's time. Where the class has been compared, C2
 * knows it. So every register tile and every pass of a layer norm begins with a comparison, and every other kernel's access
 * has one, which C2 takes out of the loops.
 *
 * <p>C2 inlines a method only if it has counted its calls, and that it may never do inside a method without branches. So
 * no comparison here calls another, and kernels take slices with an alignment, of one: the JDK's shorter
 * {@code asSlice} goes by way of such a method, and once not inlined would leave a slice on the heap, of a class unknown.
 */
final class OffHeap {

    private static final Class<?> CLASS = Arena.global().allocate(1).getClass();

    private OffHeap() {}

    /** @throws IllegalArgumentException if the segment is over an array or a mapped file */
    static void require(MemorySegment memory) {
        if (memory.getClass() != CLASS) {
            throw refused(memory);
        }
    }

    /** @throws IllegalArgumentException if one of them is over an array or a mapped file */
    static void require(MemorySegment a, MemorySegment b) {
        if (a.getClass() != CLASS || b.getClass() != CLASS) {
            throw refused(a, b);
        }
    }

    /** @throws IllegalArgumentException if one of them is over an array or a mapped file */
    static void require(MemorySegment a, MemorySegment b, MemorySegment c) {
        if (a.getClass() != CLASS || b.getClass() != CLASS || c.getClass() != CLASS) {
            throw refused(a, b, c);
        }
    }

    /** Apart, so that the methods above are small enough for every compiler to inline. */
    private static IllegalArgumentException refused(MemorySegment... segments) {
        MemorySegment other = Arrays.stream(segments).filter(memory -> memory.getClass() != CLASS).findFirst()
                .orElseThrow();
        return new IllegalArgumentException("kernels take memory that an arena has allocated, not " + other);
    }
}
