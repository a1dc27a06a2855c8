package io.panext.execute;

import io.panext.compile.Task;
import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * A fixed number of workers that run the tasks of a plan together, one task after the other.
 *
 * <p>The calling thread is the first worker; a crew of one has no threads of its own. Between two tasks all wait for the
 * last; between two runs the others sleep and cost nothing. Threads are daemons and are never pinned. One run at a time:
 * the caller sees to it.
 */
public final class Crew implements AutoCloseable {

    private final Share[] shares;
    private final List<Worker> others;
    private final Barrier barrier;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** What is to be done: written before the workers are woken. */
    private record Job(List<Task> tasks, MemorySegment images) {}

    /**
     * Starts the workers.
     *
     * @param workers number of workers, the calling thread included
     * @throws OutOfMemoryError if the system has no room for so many threads
     */
    public Crew(int workers) {
        this.shares = IntStream.range(0, workers).mapToObj(worker -> new Share(worker, workers)).toArray(Share[]::new);
        this.barrier = new Barrier(workers);
        this.others = IntStream.range(1, workers).mapToObj(Worker::new).toList();
        try {
            others.forEach(Worker::start);
        } catch (OutOfMemoryError e) {
            close();
            throw e;
        }
    }

    /**
     * Runs all tasks and returns when the last is done.
     *
     * @param tasks  run in this order
     * @param images what each task is given
     * @throws IllegalStateException if a worker failed; the cause says why. The results are then undefined
     */
    public void run(List<Task> tasks, MemorySegment images) {
        Job job = new Job(tasks, images);
        failure.set(null);
        others.forEach(worker -> worker.give(job));
        work(job, shares[0]);
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("a step failed: " + thrown.getMessage(), thrown);
        }
    }

    /**
     * Returns whether every worker may read a segment where it stands: off-heap, not over a file that may shrink meanwhile,
     * and not confined to another thread.
     */
    public boolean canRead(MemorySegment segment) {
        return segment.isNative() && !segment.isMapped() && segment.isAccessibleBy(Thread.currentThread())
                && others.stream().allMatch(worker -> segment.isAccessibleBy(worker.thread));
    }

    private void work(Job job, Share share) {
        for (Task task : job.tasks()) {
            // After a failure the others go on to meet at every barrier, but there is no use in computing.
            if (failure.get() == null) {
                try {
                    task.run(job.images(), share);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            }
            barrier.await();
        }
    }

    /** Ends the threads. No run may be in progress. */
    @Override
    public void close() {
        others.forEach(Worker::end);
    }

    private final class Worker {

        private final int index;
        private final Thread thread;
        private final Mailbox<Job> jobs = new Mailbox<>();

        Worker(int index) {
            this.index = index;
            this.thread = Thread.ofPlatform().daemon().name("panext-worker-" + index).unstarted(this::loop);
        }

        void start() {
            thread.start();
        }

        void give(Job job) {
            jobs.put(job, thread);
        }

        void end() {
            jobs.close(thread);
        }

        private void loop() {
            for (Job job = jobs.take(); job != null; job = jobs.take()) {
                work(job, shares[index]);
            }
        }
    }
}
