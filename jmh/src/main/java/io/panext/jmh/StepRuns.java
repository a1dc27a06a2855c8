package io.panext.jmh;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.Precision;
import io.panext.Session;
import io.panext.compile.ExecutionMode;
import io.panext.jmh.peer.Agreement;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Peers;
import io.panext.jmh.peer.Workload;
import io.panext.jmh.report.Ceiling;
import io.panext.jmh.report.Ceilings;
import io.panext.jmh.report.Environment;
import io.panext.jmh.report.Samples;
import io.panext.jmh.report.StepFindings;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A model, its steps, the ceilings and ONNX Runtime in turn, so that a noisy second touches all alike. */
final class StepRuns implements AutoCloseable {

    /** More than any first level of cache holds, and no more than any second. */
    private static final long CACHE_BYTES = 192 << 10;
    private static final int CACHE_PASSES = 200;
    private static final int FMA_PASSES = 10;

    /** Timed in a round, after one that is not: others have used the caches before. */
    private static final int RUNS = 3;

    /** How long ONNX Runtime's threads may go on spinning after a run: none of it is panext's. */
    private static final Duration PEER_SPINS = Duration.ofMillis(100);

    private final Panext panext;
    private final Workload work;
    private final Arena arena = Arena.ofShared();
    private final ConvNeXt model;
    private final Session session;
    private final MemorySegment images;
    private final Peer.Model onnxRuntime;
    private final StepClock clock;
    private final FmaCeiling fma = new FmaCeiling();
    private final Optional<Bf16Ceiling> bf16;
    private final MemoryRead cache;
    private final MemoryRead weights;
    private final MemoryRead memory;

    /** What is returned must go somewhere. */
    private float sum;

    /** @param memoryBytes more than all caches hold */
    StepRuns(Panext panext, Workload work, long memoryBytes) throws IOException {
        this.panext = panext;
        this.work = work;
        Peer peer = Peers.ONNX_RUNTIME.peer();
        onnxRuntime = peer.open(work);
        Agreement.require(peer, onnxRuntime, work);
        var checkpoint = SyntheticCheckpoint.of(work.spec());
        try (PretrainedModel pretrained = PretrainedModel.of(work.model(), checkpoint, Optional.empty())) {
            // steps follow each other only where all threads share each of them
            model = ConvNeXt.load(pretrained, Options.DEFAULT.withThreads(work.threads())
                    .withBackend(panext.backend()).withPrecision(panext.precision())
                    .withMode(ExecutionMode.LATENCY));
        }
        session = model.newSession(work.batch(), work.size(), work.size());
        images = arena.allocateFrom(ValueLayout.JAVA_FLOAT, work.images());
        bf16 = panext.precision() == Precision.BF16 ? Optional.of(new Bf16Ceiling(arena)) : Optional.empty();
        clock = new StepClock(session.plan());
        cache = new MemoryRead(arena, CACHE_BYTES, CACHE_PASSES);
        weights = new MemoryRead(arena, session.plan().weightBytes(), 1);
        memory = new MemoryRead(arena, memoryBytes, 1);
    }

    /** Times of one round after the other. */
    private record Times(List<Double> fma, List<Double> bf16, List<Double> cache, List<Double> weights,
            List<Double> memory, List<Double> whole, List<Double> onnxRuntime) {

        Times() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(),
                    new ArrayList<>(), new ArrayList<>());
        }
    }

    /**
     * Measures.
     *
     * @param warmups rounds that do not count
     * @param rounds  rounds that do
     */
    StepFindings run(int warmups, int rounds) {
        Instant began = Instant.now();
        var warmup = new Times();
        for (int round = 0; round < warmups; round++) {
            round(warmup);
        }
        clock.reset();
        var times = new Times();
        for (int round = 0; round < rounds; round++) {
            round(times);
        }
        var fp32 = new Ceiling(FMA_PASSES * FmaCeiling.flop(), new Samples(times.fma));
        var ceilings = new Ceilings(fp32,
                bf16.map(product -> new Ceiling(Bf16Ceiling.FLOP, new Samples(times.bf16))).orElse(fp32),
                new Ceiling(cache.bytes(), new Samples(times.cache)),
                new Ceiling(weights.bytes(), new Samples(times.weights)),
                new Ceiling(memory.bytes(), new Samples(times.memory)));
        return new StepFindings(Environment.here(began), panext.name(), work, ceilings, clock.times(),
                new Samples(times.whole), new Samples(times.onnxRuntime));
    }

    private void round(Times times) {
        time(times.memory, () -> sum += memory.run());
        sum += weights.run();
        time(times.weights, () -> sum += weights.run());
        onnxRuntime.run();
        for (int run = 0; run < RUNS; run++) {
            time(times.onnxRuntime, onnxRuntime::run);
        }
        LockSupport.parkNanos(PEER_SPINS.toNanos());
        session.run(images);
        for (int run = 0; run < RUNS; run++) {
            time(times.whole, () -> session.run(images));
            session.run(images, clock);
            clock.stop();
            // as short as steps are, and as near: they share the interruptions and the clock rate
            time(times.cache, () -> sum += cache.run());
            time(times.fma, this::multiplyAndAdd);
            bf16.ifPresent(product -> {
                // others have used the cache meanwhile
                product.run();
                time(times.bf16, product::run);
            });
        }
    }

    private void multiplyAndAdd() {
        for (int pass = 0; pass < FMA_PASSES; pass++) {
            sum += fma.fma();
        }
    }

    private static void time(List<Double> micros, Runnable runnable) {
        long start = System.nanoTime();
        runnable.run();
        micros.add((System.nanoTime() - start) / 1e3);
    }

    /** Frees everything. */
    @Override
    public void close() {
        session.close();
        model.close();
        onnxRuntime.close();
        bf16.ifPresent(Bf16Ceiling::close);
        arena.close();
    }
}
