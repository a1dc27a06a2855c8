package io.panext.jmh;

import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.Execution;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import io.panext.onednn.PostOp;
import io.panext.onednn.Primitive;
import io.panext.onednn.PrimitiveDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** oneDNN's matmul with bias and GELU, through panext's types and by the generated functions alone. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class OnednnMatmul {

    /** Rows, depth and columns: the first linears of V2-Tiny's stages, and one so small that the call is all there is. */
    @Param({"3136x96x384", "784x192x768", "196x384x1536", "49x768x3072", "1x16x16"})
    public String shape;

    /** Type of what is multiplied. */
    @Param({"F32", "BF16"})
    public DataType type;

    private final Arena arena = Arena.ofShared();
    private PrimitiveDescriptor descriptor;
    private Primitive primitive;
    private Execution execution;
    private RawExecution raw;

    /** Makes the primitive and binds it twice. */
    @Setup
    public void open() throws OnednnUnavailableException {
        if (Onednn.find().isEmpty()) {
            throw new IllegalStateException(Onednn.ABSENT);
        }
        String[] sizes = shape.split("x", 3);
        int m = Integer.parseInt(sizes[0]);
        int k = Integer.parseInt(sizes[1]);
        int n = Integer.parseInt(sizes[2]);
        try (MemoryDescriptor src = MemoryDescriptor.rows(type, m, k, k);
                MemoryDescriptor any = MemoryDescriptor.anyLayout(type, k, n);
                MemoryDescriptor bias = MemoryDescriptor.rows(DataType.F32, 1, n, n);
                MemoryDescriptor dst = MemoryDescriptor.rows(DataType.F32, m, n, n)) {
            descriptor = PrimitiveDescriptor.matmul(src, any, bias, dst, List.of(new PostOp.Gelu()));
            primitive = new Primitive(descriptor);
            try (MemoryDescriptor weights = descriptor.weights()) {
                Map<Argument, Execution.Tensor> tensors = Map.of(Argument.SRC, tensor(arena, src),
                        Argument.WEIGHTS, tensor(arena, weights), Argument.BIAS, tensor(arena, bias), Argument.DST,
                        tensor(arena, dst));
                MemorySegment scratchpad = arena.allocate(Math.max(1, descriptor.scratchpadBytes()), 64);
                execution = new Execution(primitive, tensors, scratchpad);
                raw = new RawExecution(m, k, n, type, tensors, scratchpad, arena);
            }
        }
    }

    /** Allocates a tensor full of 0.0115, in bf16 as in fp32: neither zero nor slow to add. */
    static Execution.Tensor tensor(Arena arena, MemoryDescriptor descriptor) {
        return new Execution.Tensor(descriptor, arena.allocate(descriptor.bytes(), 64).fill((byte) 0x3c));
    }

    /** Through panext's types. */
    @Benchmark
    public void panext() {
        execution.run();
    }

    /** By the generated functions alone. */
    @Benchmark
    public int generated() {
        return raw.run();
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        raw.close();
        execution.close();
        primitive.close();
        descriptor.close();
        arena.close();
    }
}
