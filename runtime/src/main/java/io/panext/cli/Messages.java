package io.panext.cli;

import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;

/** What a command tells the user beside its results: one line each, on standard error. */
final class Messages {

    private final PrintWriter err;
    private int problems;

    Messages(PrintWriter err) {
        this.err = err;
    }

    /** Passes on what the user should know, though all is well. */
    void warn(Collection<String> warnings) {
        warnings.forEach(warning -> err.println("panext: warning: " + printable(warning)));
    }

    /** The same for tensors: they are neither prepared nor named here, so what is assumed of that does not matter. */
    void warnOfTensors(List<String> warnings, PretrainedModel model) {
        warn(warnings.stream().filter(warning -> !model.assumptions().contains(warning)).toList());
    }

    /** Says what is being done, where it takes a while. */
    void tell(String what) {
        err.println("panext: " + printable(what));
        err.flush();
    }

    /** Reports what did not work while the rest goes on. */
    void problem(String problem) {
        problems++;
        err.println("panext: " + printable(problem));
    }

    /** A file's name may hold line breaks; a message is one line. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** Number of problems so far. */
    int problems() {
        return problems;
    }
}
