package io.panext.jmh.report;

import io.panext.jmh.peer.Workload;

/**
 * A whole model on one runtime.
 *
 * @param runtime   its name
 * @param work      what it did
 * @param samples   times of a run
 * @param peakBytes most memory that a process of its own had resident; 0 where the operating system does not tell
 */
public record ModelTime(String runtime, Workload work, Samples samples, long peakBytes) {}
