package io.panext.dnnl;

import io.panext.graph.Shape;
import io.panext.kernels.ImageRows;
import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Global average pooling: the sums of columns, divided. */
final class Pools {

    private static final Ones ONES = new Ones(0);

    private Pools() {}

    static DnnlKernel kernel(Scripts scripts) {
        return new DnnlKernel("onednn average pool", List.of(Ones.constant(1)), Pools::write, scripts, false);
    }

    private static void write(Script script, Shape shape, Share share) {
        int channels = shape.channels();
        ImageRows images = shape.imageRows();
        for (int image = share.from(images.images()); image < share.to(images.images()); image++) {
            int pixels = images.pixels(image);
            int parts = Math.ceilDiv(pixels, Ones.COUNT);
            Place.Scratch sums = script.scratch(4L * parts * channels);
            for (int part = 0; part < parts; part++) {
                int first = part * Ones.COUNT;
                int count = Math.min(Ones.COUNT, pixels - first);
                long row = (long) images.firstRow(image) + first;
                ONES.sum(script, count,
                        new Tensor(Maps.rows(script, count, channels), new Place.Input(0, Maps.offset(row, channels))),
                        new Tensor(script.rows(DataType.F32, 1, channels, channels),
                                new Place.Scratch(sums.offset() + 4L * part * channels)));
            }
            var mean = new Place.Output(0, Maps.offset(image, channels));
            script.run(binding -> {
                MemorySegment src = binding.resolve(sums);
                MemorySegment dst = binding.resolve(mean);
                return () -> divide(src, parts, channels, pixels, dst);
            });
        }
    }

    private static void divide(MemorySegment sums, int parts, int channels, int pixels, MemorySegment dst) {
        for (int channel = 0; channel < channels; channel++) {
            float sum = 0;
            for (int part = 0; part < parts; part++) {
                sum += sums.getAtIndex(ValueLayout.JAVA_FLOAT, (long) part * channels + channel);
            }
            dst.setAtIndex(ValueLayout.JAVA_FLOAT, channel, sum / pixels);
        }
    }
}
