package io.panext.compile;

import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The two linears of a block one after the other for some rows at a time: the hidden map between them is never there as
 * a whole, and what there is of it stays in the cache of the core that wrote it.
 *
 * @param expand  the kernel of the first linear
 * @param project the kernel of the second
 * @param hidden  channels between the two
 */
public record MlpKernel(Kernel expand, Kernel project, int hidden) implements Kernel {

    /** Returns the kernel of an op made of the kernels of its linears. */
    public static MlpKernel of(Op.Mlp op, Kernel expand, Kernel project) {
        return new MlpKernel(expand, project, op.expand().bias().size());
    }

    @Override
    public String name() {
        return expand.name() + ", then " + project.name();
    }

    @Override
    public long weightBytes() {
        return expand.weightBytes() + project.weightBytes();
    }

    @Override
    public boolean needsWarmUp() {
        return expand.needsWarmUp() || project.needsWarmUp();
    }

    @Override
    public boolean noticesFreedMemory() {
        return expand.noticesFreedMemory() && project.noticesFreedMemory();
    }

    @Override
    public long scratchBytes(Shape input, int workers) {
        return IntStream.range(0, workers).mapToObj(worker -> blocks(input, new Share(worker, workers)))
                .flatMap(List::stream).mapToInt(RowBlock::rows).distinct()
                .mapToLong(rows -> hiddenBytes(rows) + Math.max(
                        expand.scratchBytes(shape(rows, input.channels()), 1),
                        project.scratchBytes(shape(rows, hidden), 1)))
                .max().orElse(0);
    }

    private List<RowBlock> blocks(Shape input, Share share) {
        return RowBlock.of(input.rows(), hidden, share);
    }

    private long hiddenBytes(int rows) {
        return Matrix.alignedBytes(rows, hidden);
    }

    private static Shape shape(int rows, int channels) {
        return new Shape(1, rows, 1, channels);
    }

    @Override
    public PackedKernel pack(SegmentAllocator allocator) {
        PackedKernel first = expand.pack(allocator);
        PackedKernel second;
        try {
            second = project.pack(allocator);
        } catch (RuntimeException | Error e) {
            first.close();
            throw e;
        }
        return new PackedKernel() {
            @Override
            public Task bind(Operands operands) {
                return MlpKernel.this.bind(first, second, operands);
            }

            @Override
            public void close() {
                first.close();
                second.close();
            }
        };
    }

    /**
     * Returns the work of one step on given memory.
     *
     * @param first  the packed kernel of the first linear; it stays the caller's, as the other does
     * @param second the packed kernel of the second
     */
    Task bind(PackedKernel first, PackedKernel second, Operands operands) {
        int workers = operands.scratch().size();
        var shares = new ArrayList<List<Task>>();
        try {
            for (int worker = 0; worker < workers; worker++) {
                var tasks = new ArrayList<Task>();
                shares.add(tasks);
                for (RowBlock block : blocks(operands.shape(), new Share(worker, workers))) {
                    tasks.add(first.bind(expanding(operands, worker, block)));
                    tasks.add(second.bind(projecting(operands, worker, block)));
                }
            }
        } catch (RuntimeException | Error e) {
            new BlockByBlock(shares).close();
            throw e;
        }
        return new BlockByBlock(shares);
    }

    private Operands expanding(Operands operands, int worker, RowBlock block) {
        return new Operands(shape(block.rows(), operands.src().columns()), List.of(block.of(operands.src())),
                List.of(hidden(operands, worker, block)), List.of(rest(operands, worker, block)), operands.images());
    }

    private Operands projecting(Operands operands, int worker, RowBlock block) {
        return new Operands(shape(block.rows(), hidden),
                List.of(hidden(operands, worker, block), block.of(operands.inputs().getLast())),
                List.of(block.of(operands.dst())), List.of(rest(operands, worker, block)), operands.images());
    }

    private Matrix hidden(Operands operands, int worker, RowBlock block) {
        return Matrix.aligned(operands.scratch().get(worker), 0, block.rows(), hidden);
    }

    /** The linears' own scratch memory lies behind the hidden rows. */
    private MemorySegment rest(Operands operands, int worker, RowBlock block) {
        return operands.scratch().get(worker).asSlice(hiddenBytes(block.rows()));
    }

    /** What each worker does, block by block. */
    private record BlockByBlock(List<List<Task>> shares) implements Task {

        @Override
        public void run(MemorySegment images, Share share) {
            for (Task task : shares.get(share.worker())) {
                task.run(images, Share.ALL);
            }
        }

        @Override
        public void close() {
            shares.forEach(tasks -> tasks.forEach(Task::close));
        }
    }
}
