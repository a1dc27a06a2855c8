package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
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

    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /**
     * Added to a float below 2²², it rounds that to the nearest integer and leaves this in the lowest bits; taken away
     * again, it leaves the integer.
     */
    static final float ROUNDING = 0x1.8p23f;

    /** Vector registers of the machine: x86 has 32 with AVX-512 alone, other processors always. */
    static final int REGISTERS = isX86() && FloatVector.SPECIES_PREFERRED.vectorBitSize() < 512 ? 16 : 32;

    /**
     * Whether the machine has an instruction for fused multiply-adds: x86 got it with AVX2, other processors have it. Without
     * one, Java works out each value of {@link FloatVector#fma} with decimal numbers, a thousand times slower.
     */
    static final boolean FUSED = !isX86() || FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 256;

    /** The upper half of the lanes. */
    private static final VectorMask<Float> UPPER_HALF = SPECIES.indexInRange(0, COUNT / 2).not();

    /** The second quarter of the lanes, and the fourth. */
    private static final VectorMask<Float> ODD_QUARTERS = VectorMask.fromLong(SPECIES,
            lanes(COUNT / 4, COUNT / 2) | lanes(3 * COUNT / 4, COUNT));

    /** Exchanges the halves. */
    private static final VectorShuffle<Float> ACROSS_HALF = across(COUNT / 2);

    /** Exchanges the quarters of each half. */
    private static final VectorShuffle<Float> ACROSS_QUARTER = across(COUNT / 4);

    /** Puts the first lane of each quarter into the first four lanes. */
    private static final VectorShuffle<Float> QUARTERS = VectorShuffle.fromOp(SPECIES,
            lane -> lane * (COUNT / 4) % COUNT);

    /** Exchanges lanes four apart; likewise the next three. */
    private static final VectorShuffle<Float> ACROSS_4 = across(4);
    private static final VectorShuffle<Float> ACROSS_2 = across(2);
    private static final VectorShuffle<Float> ACROSS_1 = across(1);
    private static final VectorShuffle<Float> ACROSS_8 = across(8);

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
        OffHeap.require(memory);
        return FloatVector.fromMemorySegment(SPECIES, memory, offset, ORDER);
    }

    /** Stores a vector at any alignment. */
    static void store(FloatVector vector, MemorySegment memory, long offset) {
        OffHeap.require(memory);
        vector.intoMemorySegment(memory, offset, ORDER);
    }

    /** Returns a vector of one value. */
    static FloatVector broadcast(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    /** Returns {@code a · b + c}, rounded once where the machine can do that. */
    static FloatVector fma(FloatVector a, FloatVector b, FloatVector c) {
        return FUSED ? a.fma(b, c) : a.mul(b).add(c);
    }

    /** Returns a vector of zeros. */
    static FloatVector zero() {
        return FloatVector.zero(SPECIES);
    }

    /**
     * Returns the sum of all lanes in every lane, summed in halves. {@code reduceLanes} leaves the order open, and
     * interpreted and compiled code do choose different ones: the same input would not always give the same bits.
     */
    static FloatVector sum(FloatVector vector) {
        FloatVector sum = vector;
        if (COUNT > 8) {
            sum = sum.add(sum.rearrange(ACROSS_8));
        }
        if (COUNT > 4) {
            sum = sum.add(sum.rearrange(ACROSS_4));
        }
        sum = sum.add(sum.rearrange(ACROSS_2));
        return sum.add(sum.rearrange(ACROSS_1));
    }

    /** Returns the sums of four vectors in the first four lanes, each summed in halves as by {@link #sum}. */
    static FloatVector sums(FloatVector first, FloatVector second, FloatVector third, FloatVector fourth) {
        FloatVector even = first.blend(third, UPPER_HALF).add(third.blend(first, UPPER_HALF).rearrange(ACROSS_HALF));
        FloatVector odd = second.blend(fourth, UPPER_HALF).add(fourth.blend(second, UPPER_HALF).rearrange(ACROSS_HALF));
        FloatVector sums = even.blend(odd, ODD_QUARTERS).add(odd.blend(even, ODD_QUARTERS).rearrange(ACROSS_QUARTER));
        if (COUNT > 8) {
            sums = sums.add(sums.rearrange(ACROSS_2));
        }
        if (COUNT > 4) {
            sums = sums.add(sums.rearrange(ACROSS_1)).rearrange(QUARTERS);
        }
        return sums;
    }

    private static boolean isX86() {
        return List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
    }

    /** Returns the bits of the lanes {@code from} to {@code to}, the latter excluded. */
    private static long lanes(int from, int to) {
        return (1L << to) - (1L << from);
    }

    /** Returns the shuffle that exchanges lanes {@code distance} apart. */
    private static VectorShuffle<Float> across(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % COUNT);
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
