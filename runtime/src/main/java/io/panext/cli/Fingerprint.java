package io.panext.cli;

import io.panext.zoo.Parameter;
import io.panext.zoo.checkpoint.ModelWeights;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Tells a model from others of the same name. */
final class Fingerprint {

    private static final int CHUNK = 1 << 16;

    private Fingerprint() {}

    /** Sums up the architecture, with what no tensor tells of it, and all weights. */
    static String of(ModelWeights weights) {
        CRC32C sum = new CRC32C();
        sum.update(weights.spec().toString().getBytes(StandardCharsets.UTF_8));
        float[] values = new float[CHUNK];
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * CHUNK);
        for (Parameter parameter : weights.parameters()) {
            int size = parameter.size();
            for (int from = 0; from < size; from += CHUNK) {
                int count = Math.min(CHUNK, size - from);
                parameter.read(from, values, count);
                bytes.clear().asFloatBuffer().put(values, 0, count);
                sum.update(bytes.limit(Float.BYTES * count));
            }
        }
        return Long.toHexString(sum.getValue());
    }
}
