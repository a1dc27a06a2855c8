package io.panext.cli;

import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A progress bar on standard error, if there is someone to watch it: the script {@code panext} says so in a system
 * property when standard error is a terminal.
 */
final class Progress implements AutoCloseable {

    private static final boolean WATCHED = Boolean.getBoolean("panext.progress");
    private static final int WORTHWHILE = 10;
    private static final int WIDTH = 80;
    private static final String ERASE_LINE = "\r\033[K";

    private final Optional<ProgressBar> bar;

    /** Begins to count. */
    Progress(String task, int items) {
        this.bar = WATCHED && items > WORTHWHILE
                ? Optional.of(new ProgressBarBuilder().setTaskName(task).setInitialMax(items)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH)).build())
                : Optional.empty();
    }

    /** Counts one. */
    void step() {
        bar.ifPresent(ProgressBar::step);
    }

    /** Has counted so many. */
    void stepTo(long count) {
        bar.ifPresent(counted -> counted.stepTo(count));
    }

    /** Frees the line for a message or a result; the bar is drawn again below it. */
    void makeWay() {
        bar.ifPresent(_ -> System.err.print(ERASE_LINE));
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
    }
}
