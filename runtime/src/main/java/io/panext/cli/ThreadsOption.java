package io.panext.cli;

import io.panext.Options;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How many threads work on an image. */
final class ThreadsOption {

    @Option(names = {"-t", "--threads"}, paramLabel = "N", converter = Converter.class,
            description = "Threads that share the work; default: all processors that this process may use.")
    int threads = Options.DEFAULT.threads();

    private static final class Converter implements ITypeConverter<Integer> {

        @Override
        public Integer convert(String text) {
            int threads = new Positive().convert(text);
            try {
                return Options.DEFAULT.withThreads(threads).threads();
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
