package io.panext.graph;

/**
 * A map that flows between nodes, told apart by identity.
 *
 * @param id   position in the order of creation
 * @param name what plans and messages call it
 */
public record Value(int id, String name) {}
