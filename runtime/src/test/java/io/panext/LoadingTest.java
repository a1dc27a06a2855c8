package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.compile.PackedProgram;
import io.panext.compile.Program;
import io.panext.graph.Shape;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Parameter;
import io.panext.zoo.ParameterShape;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How weights get from a checkpoint into their packed form. */
class LoadingTest {

    /** Of a linear, the weights of one panel: two vectors of columns, of the widest there are. */
    private static final int PANEL = 32;

    /** Values that are brought into oneDNN's layout at a time. */
    private static final int CHUNK = 1 << 16;

    @ParameterizedTest
    @ValueSource(strings = {"convnext_atto", "convnextv2_atto", "convnext_femto_ols", "convnext_zepto_rms_ols"})
    void noLinearIsEverReadAsAWhole(String name) {
        ConvNeXtSpec spec = Catalogue.get(name).spec();
        var largest = new ConcurrentHashMap<String, AtomicInteger>();
        pack(spec, shape -> new Counted(shape, largest), 2, BackendChoice.SIMD).close();
        for (ParameterShape shape : spec.parameters()) {
            int rows = shape.name().contains("conv_dw") ? shape.shape().getFirst() : PANEL;
            int row = shape.size() / shape.shape().getFirst();
            int read = largest.get(shape.name()).get();
            assertTrue(shape.shape().size() == 1 || read <= rows * row, () -> shape.name() + ": " + read);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"convnext_nano", "convnextv2_nano"})
    void neitherIsAnyForOnednn(String name) {
        ConvNeXtSpec spec = Catalogue.get(name).spec();
        var largest = new ConcurrentHashMap<String, AtomicInteger>();
        pack(spec, shape -> new Counted(shape, largest), 2, BackendChoice.ONEDNN).close();
        assertEquals(spec.parameters().stream().map(ParameterShape::name).collect(Collectors.toSet()),
                largest.keySet());
        largest.forEach((parameter, read) -> assertTrue(read.get() <= CHUNK, () -> parameter + ": " + read));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void everyThreadHasItsPart(BackendChoice backend) throws InterruptedException {
        var threads = ConcurrentHashMap.<Thread>newKeySet();
        pack(Catalogue.get("convnext_pico").spec(), shape -> new Noticed(shape, threads), 3, backend).close();
        assertEquals(3, threads.size());
        for (Thread thread : threads) {
            assertTrue(thread.join(Duration.ofMinutes(1)), "threads that packed weights end");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void aWeightThatCannotBeReadEndsThePacking(BackendChoice backend) {
        ConvNeXtSpec spec = Catalogue.get("convnext_atto").spec();
        var failed = assertThrows(IllegalStateException.class, () -> pack(spec, Unreadable::new, 2, backend));
        assertTrue(failed.getMessage().startsWith("no values"), failed.getMessage());
    }

    private static PackedProgram pack(ConvNeXtSpec spec, Function<ParameterShape, Parameter> parameter, int threads,
            BackendChoice backend) {
        Map<String, Parameter> parameters = spec.parameters().stream()
                .collect(Collectors.toMap(ParameterShape::name, parameter));
        Program program = ConvNeXt.compile(spec, parameters::get, Options.DEFAULT.withBackend(backend),
                new Shape(1, 224, 224, 3), Assertions::fail);
        return PackedProgram.pack(program, threads);
    }

    /** A parameter whose name and shape are known beforehand. */
    private interface Described extends Parameter {

        ParameterShape of();

        @Override
        default String name() {
            return of().name();
        }

        @Override
        default List<Integer> shape() {
            return of().shape();
        }
    }

    /** Notes the most values that were asked for at a time. */
    private record Counted(ParameterShape of, Map<String, AtomicInteger> largest) implements Described {

        @Override
        public float[] values() {
            float[] values = new float[size()];
            read(0, values, values.length);
            return values;
        }

        @Override
        public void read(int from, float[] dst, int count) {
            largest.computeIfAbsent(name(), _ -> new AtomicInteger()).accumulateAndGet(count, Math::max);
        }
    }

    /** Notes the threads that read it. */
    private record Noticed(ParameterShape of, Set<Thread> threads) implements Described {

        @Override
        public float[] values() {
            threads.add(Thread.currentThread());
            return new float[size()];
        }

        @Override
        public void read(int from, float[] dst, int count) {
            threads.add(Thread.currentThread());
        }
    }

    /** Has a shape, and fails when it is read. */
    private record Unreadable(ParameterShape of) implements Described {

        @Override
        public float[] values() {
            throw new IllegalStateException("no values of " + name());
        }
    }
}
