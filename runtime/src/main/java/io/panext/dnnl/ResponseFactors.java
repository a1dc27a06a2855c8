package io.panext.dnnl;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * The factors {@code 1 + gamma · Nx} of a response norm, as {@link io.panext.kernels.Grn} has them, in plain Java: they are
 * few, and this does not wait for the Vector API to be compiled.
 *
 * @param sums {@code [parts, channels]} sums of squares, which are added up
 */
record ResponseFactors(MemorySegment sums, int parts, MemorySegment gamma, int channels,
        MemorySegment factors) implements Runnable {

    private static final double EPS = 1e-6;

    @Override
    public void run() {
        double total = 0;
        for (int channel = 0; channel < channels; channel++) {
            double sum = 0;
            for (int part = 0; part < parts; part++) {
                sum += sums.getAtIndex(JAVA_FLOAT, (long) part * channels + channel);
            }
            double norm = Math.sqrt(sum);
            factors.setAtIndex(JAVA_FLOAT, channel, (float) norm);
            total += norm;
        }
        float scale = (float) (1 / (total / channels + EPS));
        for (int channel = 0; channel < channels; channel++) {
            factors.setAtIndex(JAVA_FLOAT, channel,
                    1 + gamma.getAtIndex(JAVA_FLOAT, channel) * factors.getAtIndex(JAVA_FLOAT, channel) * scale);
        }
    }
}
