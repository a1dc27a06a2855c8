package io.panext.hub;

import java.io.IOException;
import java.io.Serial;
import java.util.regex.Pattern;

/** A download did not come about. The message is one line: the repository, a colon, what went wrong and what helps. */
public final class HubException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    HubException(String repository, String problem) {
        super(printable(repository + ": " + problem));
    }

    HubException(String repository, String problem, Throwable cause) {
        super(printable(repository + ": " + problem), cause);
    }

    private static String printable(String text) {
        return CONTROL.matcher(text).replaceAll("?");
    }
}
