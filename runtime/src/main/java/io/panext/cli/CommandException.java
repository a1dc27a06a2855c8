package io.panext.cli;

import java.io.Serial;

/** A command cannot do what it was asked; the message is one line for the user. */
final class CommandException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message);
    }
}
