package io.panext.dnnl;

/** Where a tensor of a script lies, before there is memory. Offsets are in bytes. */
sealed interface Place {

    /** In a map that the op reads. */
    record Input(int index, long offset) implements Place {}

    /** In a map that the op writes. */
    record Output(int index, long offset) implements Place {}

    /** In the worker's scratch memory. */
    record Scratch(long offset) implements Place {}

    /** In one of the kernel's constants. */
    record Constant(int index, long offset) implements Place {}

    /** In the images that come with each run. */
    record Images(long offset) implements Place {}
}
