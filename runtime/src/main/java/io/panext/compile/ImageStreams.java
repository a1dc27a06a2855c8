package io.panext.compile;

import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A batch whose images are run apart: worker {@code i} of {@code n} takes the groups {@code i}, {@code i + n} and so on,
 * in memory of its own.
 *
 * @param groups  how many groups of images the batch has
 * @param streams one for each worker that has work
 */
record ImageStreams(int groups, List<Stream> streams) implements Task {

    /**
     * What runs one group after the other.
     *
     * @param steps   what is run
     * @param results what a group leaves behind
     */
    record Stream(List<Task> steps, List<Result> results) {

        private void run(MemorySegment images, int group) {
            for (Task step : steps) {
                step.run(images, Share.ALL);
            }
            for (Result result : results) {
                result.keep(group);
            }
        }

        void close() {
            steps.forEach(Task::close);
        }
    }

    /**
     * An output of a group and the place of the whole batch's.
     *
     * @param group rows of one group
     * @param batch rows of all groups
     */
    record Result(MemorySegment group, MemorySegment batch) {

        private void keep(int index) {
            MemorySegment.copy(group, 0, batch, index * group.byteSize(), group.byteSize());
        }
    }

    @Override
    public void run(MemorySegment images, Share share) {
        long bytes = images.byteSize() / groups;
        for (int group = share.worker(); group < groups; group += share.workers()) {
            streams.get(share.worker()).run(images.asSlice(group * bytes, bytes), group);
        }
    }

    @Override
    public void close() {
        streams.forEach(Stream::close);
    }
}
