package io.panext.dnnl;

import io.panext.onednn.Argument;
import io.panext.onednn.Execution;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A script on memory: what one worker of one session does for one op. */
final class WorkerTask implements AutoCloseable {

    private final List<Step> steps = new ArrayList<>();
    private final List<Execution> executions = new ArrayList<>();

    @FunctionalInterface
    private interface Step {

        void run(MemorySegment images);
    }

    /** Adds a primitive that reads {@code src}, which may be the images of each run. */
    void add(Execution execution, Tensor src) {
        executions.add(execution);
        if (src.place() instanceof Place.Images(long offset)) {
            steps.add(images -> {
                execution.move(Argument.SRC, images.asSlice(offset));
                execution.run();
            });
        } else {
            steps.add(_ -> execution.run());
        }
    }

    void add(Runnable action) {
        steps.add(_ -> action.run());
    }

    void run(MemorySegment images) {
        for (Step step : steps) {
            step.run(images);
        }
    }

    @Override
    public void close() {
        executions.forEach(Execution::close);
    }
}
