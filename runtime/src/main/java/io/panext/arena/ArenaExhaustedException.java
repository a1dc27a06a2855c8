package io.panext.arena;

/** Thrown when an arena has no gap for a block; the arena is as it was. */
public final class ArenaExhaustedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ArenaExhaustedException(long needed, long free, long capacity) {
        super(needed + " bytes do not fit: " + free + " of the arena's " + capacity + " bytes are free");
    }
}
