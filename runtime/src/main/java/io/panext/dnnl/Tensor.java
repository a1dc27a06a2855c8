package io.panext.dnnl;

import io.panext.onednn.MemoryDescriptor;

/** A tensor of a script. */
record Tensor(MemoryDescriptor descriptor, Place place) {}
