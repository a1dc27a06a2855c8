package io.panext;

import io.panext.compile.Program;
import io.panext.image.ImageDecoder;
import java.util.Objects;

/**
 * How a model is run.
 *
 * @param threads  workers of each session, the calling thread included
 * @param decoder  how files become pixels: orientation and the limit of their size
 * @param compiler what the compiler may do
 */
public record Options(int threads, ImageDecoder decoder, Program.Options compiler) {

    /** All processors that this process may use, orientation respected, everything that makes it fast. */
    public static final Options DEFAULT = new Options(Runtime.getRuntime().availableProcessors(), ImageDecoder.DEFAULT,
            Program.Options.FAST);

    /** @throws IllegalArgumentException if there are no threads, or more than 1024 */
    public Options {
        Objects.requireNonNull(decoder, "decoder");
        Objects.requireNonNull(compiler, "compiler");
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("threads " + threads + " is outside 1..1024");
        }
    }

    /** Returns these options with another number of threads. */
    public Options withThreads(int newThreads) {
        return new Options(newThreads, decoder, compiler);
    }

    /** Returns these options with another decoder. */
    public Options withDecoder(ImageDecoder newDecoder) {
        return new Options(threads, newDecoder, compiler);
    }

    /** Returns these options with another liberty for the compiler. */
    public Options withCompiler(Program.Options newCompiler) {
        return new Options(threads, decoder, newCompiler);
    }
}
