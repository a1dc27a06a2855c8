package io.panext.cli;

import io.panext.zoo.checkpoint.CompleteFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        CompleteFile.require(file);
    }

    /**
     * Checks that a file is none of those that are read.
     *
     * @param inputs names of files, or of models: those that are no file do not matter
     * @throws ParameterException if it is
     */
    static void requireOther(CommandSpec command, Path file, List<String> inputs) throws IOException {
        for (String input : inputs) {
            File read = new File(input);
            if (read.isFile() && Files.exists(file) && Files.isSameFile(read.toPath(), file)) {
                throw new ParameterException(command.commandLine(), file + ": is what is read too; name another file"
                        + " to write");
            }
        }
    }
}
