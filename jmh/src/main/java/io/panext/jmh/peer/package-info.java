/**
 * The same work on other runtimes: a {@link io.panext.jmh.peer.Workload} names it, a {@link io.panext.jmh.peer.Peer}
 * writes the model in its own format, loads it and runs it.
 *
 * <p>All begin from panext's graph with its exact folds, so that no peer computes what another was spared.
 */
package io.panext.jmh.peer;
