package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of every kernel, chosen here and nowhere else.
 *
 * <p>The platform's preferred width unless the system property {@value #PROPERTY} names 128, 256 or 512 bits. A width
 * that the machine lacks gives right results, slowly.
 */
public final class Lanes {

    /** System property that overrides the width: {@code 128}, {@code 256} or {@code 512}. */
    public static final String PROPERTY = "panext.vector.bits";

    /** Species of every fp32 vector. */
    static final VectorSpecies<Float> SPECIES = species(System.getProperty(PROPERTY));

    /** Number of floats in a vector. */
    static final int COUNT = SPECIES.length();

    /** Number of bytes in a vector. */
    static final int BYTES = SPECIES.vectorByteSize();

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Lanes() {}

    /** Returns the width in use, in bits. */
    public static int bits() {
        return SPECIES.vectorBitSize();
    }

    /** Returns how many vectors hold {@code floats} values, the last perhaps partly. */
    static int vectors(int floats) {
        return (floats + COUNT - 1) / COUNT;
    }

    /** Loads a vector from any alignment. */
    static FloatVector load(MemorySegment memory, long offset) {
        return FloatVector.fromMemorySegment(SPECIES, memory, offset, ORDER);
    }

    /** Stores a vector at any alignment. */
    static void store(FloatVector vector, MemorySegment memory, long offset) {
        vector.intoMemorySegment(memory, offset, ORDER);
    }

    /** Returns a vector of one value. */
    static FloatVector broadcast(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    /** Returns a vector of zeros. */
    static FloatVector zero() {
        return FloatVector.zero(SPECIES);
    }

    static VectorSpecies<Float> species(String bits) {
        return switch (bits) {
            case null -> FloatVector.SPECIES_PREFERRED;
            case "128" -> FloatVector.SPECIES_128;
            case "256" -> FloatVector.SPECIES_256;
            case "512" -> FloatVector.SPECIES_512;
            default -> throw new IllegalArgumentException(PROPERTY + "=" + bits + ": must be 128, 256 or 512");
        };
    }
}
