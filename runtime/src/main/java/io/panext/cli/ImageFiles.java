package io.panext.cli;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds the image files that a user names. */
final class ImageFiles extends SimpleFileVisitor<Path> {

    private static final Set<String> EXTENSIONS = Set.of("png", "jpg", "jpeg", "bmp", "gif", "webp");

    private final List<Path> files = new ArrayList<>();
    private final Messages messages;

    private ImageFiles(Messages messages) {
        this.messages = messages;
    }

    /**
     * Returns the files to read: a file as it is named, of a folder all that its name says is an image, sorted by path.
     *
     * @param operands files and folders, in the order in which they are wanted
     * @param messages told of folders that have no images or cannot be read
     */
    static List<Path> find(List<Path> operands, Messages messages) throws IOException {
        var found = new ArrayList<Path>();
        for (Path operand : operands) {
            found.addAll(Files.isDirectory(operand) ? in(operand, messages) : List.of(operand));
        }
        return found;
    }

    private static List<Path> in(Path folder, Messages messages) throws IOException {
        ImageFiles images = new ImageFiles(messages);
        int problems = messages.problems();
        Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, images);
        if (images.files.isEmpty() && messages.problems() == problems) {
            messages.problem(folder + ": no images in this folder");
        }
        Collections.sort(images.files);
        return images.files;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        String name = file.getFileName().toString();
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (attributes.isRegularFile() && EXTENSIONS.contains(extension)) {
            files.add(file);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
        // a link back to a folder above leads to nothing new
        if (!(e instanceof FileSystemLoopException)) {
            messages.problem(file + ": cannot be read");
        }
        return FileVisitResult.CONTINUE;
    }
}
