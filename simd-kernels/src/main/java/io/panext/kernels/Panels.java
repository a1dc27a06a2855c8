package io.panext.kernels;

/**
 * How the columns of a matrix product, counted in vectors, are divided: into panels of four vectors, then of three, then
 * of one.
 *
 * @param fours  panels of four vectors
 * @param threes panels of three
 * @param ones   panels of one
 */
record Panels(int fours, int threes, int ones) {

    /** The vectors of the widest panel. */
    static final int MOST_VECTORS = Lanes.REGISTERS < 32 ? 1 : 4;

    /**
     * Divides columns. Panels of one vector are for what three and four do not add up to, which is 1, 2 and 5 vectors, and
     * for machines with 16 registers: C2 loads the values of all rows before it uses the first, which a tile of two vectors
     * leaves no registers for.
     */
    static Panels of(int vectors) {
        if (MOST_VECTORS == 1) {
            return new Panels(0, 0, vectors);
        }
        int threes = Math.floorMod(-vectors, 4);
        return 3 * threes <= vectors
                ? new Panels((vectors - 3 * threes) / 4, threes, 0)
                : new Panels(vectors / 4, 0, vectors % 4);
    }

    /** Returns the number of panels. */
    int count() {
        return fours + threes + ones;
    }

    /** Returns how many vectors are in front of a panel; of {@link #count()}, how many there are. */
    int firstVector(int panel) {
        int wide = Math.min(panel, fours);
        int medium = Math.clamp(panel - fours, 0, threes);
        int narrow = Math.max(panel - fours - threes, 0);
        return 4 * wide + 3 * medium + narrow;
    }
}
