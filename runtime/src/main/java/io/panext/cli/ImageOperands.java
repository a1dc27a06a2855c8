package io.panext.cli;

import io.panext.image.ImageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Parameters;

/** The images that a command reads, one after the other. */
final class ImageOperands {

    @Parameters(paramLabel = "IMAGE|FOLDER", arity = "1..*",
            description = "Image files, and folders that are searched for them with all that is in them.")
    private List<Path> operands;

    /** What is done with each image. */
    @FunctionalInterface
    interface Action {

        /**
         * Reads one image.
         *
         * @param progress makes way for what is printed
         */
        void accept(Path image, Progress progress) throws IOException;
    }

    /** Returns the files to read. */
    List<Path> find(Messages messages) throws IOException {
        return ImageFiles.find(operands, messages);
    }

    /** Returns whether one file was named, and no folder. */
    boolean isOneFile(List<Path> found) {
        return found.size() == 1 && found.equals(operands);
    }

    /**
     * Reads the files; of one that is no image the user is told, and the others follow.
     *
     * @param task name of what is done, beside the progress bar
     */
    static void forEach(List<Path> files, String task, Messages messages, Action action) throws IOException {
        try (Progress progress = new Progress(task, files.size())) {
            for (Path file : files) {
                try {
                    action.accept(file, progress);
                } catch (ImageException e) {
                    progress.makeWay();
                    messages.problem(e.getMessage());
                }
                progress.step();
            }
        }
    }
}
