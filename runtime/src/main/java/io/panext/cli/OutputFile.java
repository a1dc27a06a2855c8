package io.panext.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Files that a command will write: what is wrong with their names is said before the work, not after it. */
final class OutputFile {

    private OutputFile() {}

    /**
     * Checks that a file can be where it is to be.
     *
     * @param endings what its name may end in, if it has an ending; none if that does not matter
     * @throws ParameterException if it ends in something else
     * @throws IOException        if its folder is not there or cannot be written to
     */
    static void require(CommandSpec command, Path file, String... endings) throws IOException {
        String name = file.toAbsolutePath().normalize().getFileName().toString().toLowerCase(Locale.ROOT);
        if (endings.length > 0 && name.contains(".") && Stream.of(endings).noneMatch(name::endsWith)) {
            throw new ParameterException(command.commandLine(), file + ": what is written here must end in "
                    + String.join(" or ", endings));
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new IOException(file + ": cannot be written: there is no folder " + folder);
        }
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": cannot be written: is a directory");
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(file + ": cannot be written: permission denied");
        }
    }
}
