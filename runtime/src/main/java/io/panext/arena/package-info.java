/** Off-heap memory for tensors: bounded, aligned, and given back when the owner says so. */
package io.panext.arena;
