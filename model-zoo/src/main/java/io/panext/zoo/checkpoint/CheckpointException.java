package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.io.Serial;

/**
 * A checkpoint, or a file that belongs to one, is not what it should be.
 *
 * <p>The message is one line: the file, a colon, what is wrong and, where that helps, what would be right.
 */
public final class CheckpointException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final int LONGEST_PROBLEM = 600;

    /**
     * Says that a file is not usable.
     *
     * @param file    how the user named the file
     * @param problem what is wrong with it; line breaks and other control characters, which a file may have smuggled
     *                    in, are replaced, and an overlong text is cut
     */
    public CheckpointException(String file, String problem) {
        super(printable(file) + ": " + printable(problem));
    }

    /** Says the same, and keeps what led to it. */
    public CheckpointException(String file, String problem, Throwable cause) {
        super(printable(file) + ": " + printable(problem), cause);
    }

    /** Puts the operating system's refusal into words. */
    static CheckpointException refused(String file, String attempt, IOException refusal) {
        return new CheckpointException(file, attempt + ": " + FileRefusal.reason(refusal), refusal);
    }

    /** Says that a file has but one state dict, where somebody wants one of several. */
    static CheckpointException withoutChoice(String file, String wanted) {
        return new CheckpointException(file, "holds no choice of weights, and so no '" + wanted + "'");
    }

    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= LONGEST_PROBLEM ? line : line.substring(0, LONGEST_PROBLEM) + "…";
    }
}
