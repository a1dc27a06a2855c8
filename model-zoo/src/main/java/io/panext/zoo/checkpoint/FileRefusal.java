package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The words for what an operating system refuses. */
public final class FileRefusal {

    private FileRefusal() {}

    /** Returns why a file could not be read or written, without its name. */
    public static String reason(IOException refusal) {
        return switch (refusal) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            case ClosedByInterruptException _ -> "interrupted";
            default -> refusal.getMessage() == null ? refusal.getClass().getSimpleName() : refusal.getMessage();
        };
    }
}
