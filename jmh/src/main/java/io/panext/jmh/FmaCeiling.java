package io.panext.jmh;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The most fp32 operations that one core can do: independent fused multiply-adds in registers, enough of them to hide
 * the latency of two units. The score is the time of {@value #FLOP_PER_LANE} operations in each lane.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class FmaCeiling {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 16;
    private static final int ROUNDS = 10_000;

    /** Operations of one invocation in one lane: a multiplication and an addition for each chain and round. */
    static final int FLOP_PER_LANE = 2 * CHAINS * ROUNDS;

    /** Read from a field, so that the compiler cannot work out the result. */
    float factor = 0.999f;

    /** Returns the operations of one invocation. */
    static double flop() {
        return (double) FLOP_PER_LANE * SPECIES.length();
    }

    /** Sixteen chains of fused multiply-adds. */
    @Benchmark
    public float fma() {
        FloatVector f = FloatVector.broadcast(SPECIES, factor);
        FloatVector a = f.add(0), b = f.add(1), c = f.add(2), d = f.add(3);
        FloatVector e = f.add(4), g = f.add(5), h = f.add(6), i = f.add(7);
        FloatVector j = f.add(8), k = f.add(9), l = f.add(10), m = f.add(11);
        FloatVector n = f.add(12), o = f.add(13), p = f.add(14), q = f.add(15);
        for (int round = 0; round < ROUNDS; round++) {
            a = a.fma(f, f);
            b = b.fma(f, f);
            c = c.fma(f, f);
            d = d.fma(f, f);
            e = e.fma(f, f);
            g = g.fma(f, f);
            h = h.fma(f, f);
            i = i.fma(f, f);
            j = j.fma(f, f);
            k = k.fma(f, f);
            l = l.fma(f, f);
            m = m.fma(f, f);
            n = n.fma(f, f);
            o = o.fma(f, f);
            p = p.fma(f, f);
            q = q.fma(f, f);
        }
        FloatVector sum = a.add(b).add(c).add(d).add(e).add(g).add(h).add(i);
        return sum.add(j).add(k).add(l).add(m).add(n).add(o).add(p).add(q).reduceLanes(VectorOperators.ADD);
    }
}
