package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.Session;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A network of two blocks that is run while the command line is read and the real one is opened: it loads oneDNN, links
 * its functions and initialises classes, all of which the first run in a process has to wait for.
 */
final class Rehearsal {

    /** One map whose rows have gaps and one whose rows have none, so that every kind of step occurs. */
    private static final ConvNeXtSpec SPEC = ConvNeXtSpec.v2(List.of(1, 1), List.of(8, 16), 2);

    private Rehearsal() {}

    /** Begins it in a thread of its own. The process must not end before: native code would lose its library. */
    static Thread begin() {
        return Thread.ofPlatform().name("rehearsal").daemon().start(Rehearsal::run);
    }

    private static void run() {
        try {
            // What takes longest comes first: the library is loaded while the command line is read.
            Onednn.find();
            rehearse();
        } catch (OnednnUnavailableException | IOException | RuntimeException | LinkageError e) {
            // The real run meets it too, and tells.
        }
    }

    private static void rehearse() throws IOException {
        Options options = Options.DEFAULT.withThreads(1).withExpectedRuns(1);
        int edge = SPEC.reduction();
        try (PretrainedModel model = PretrainedModel.of("rehearsal", SyntheticCheckpoint.of(SPEC), Optional.empty());
                ConvNeXt convNeXt = ConvNeXt.load(model, options);
                Session session = convNeXt.newSession(1, edge, edge)) {
            session.run(session.input());
        }
    }
}
