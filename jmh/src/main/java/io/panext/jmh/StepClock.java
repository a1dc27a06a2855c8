package io.panext.jmh;

import io.panext.compile.Plan;
import io.panext.jmh.report.Samples;
import io.panext.jmh.report.StepKind;
import io.panext.jmh.report.StepTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Notes when each step of a run begins; a step lasts until the next, the last one until the run has ended. */
final class StepClock implements Consumer<Plan.Step> {

    private final List<StepKind> kinds;
    private final Map<StepKind, List<Double>> micros = new LinkedHashMap<>();
    private final long[] starts;
    private int next;

    StepClock(Plan plan) {
        kinds = plan.steps().stream().map(StepKind::of).toList();
        kinds.forEach(kind -> micros.put(kind, new ArrayList<>()));
        starts = new long[kinds.size() + 1];
    }

    @Override
    public void accept(Plan.Step step) {
        starts[next++] = System.nanoTime();
    }

    /** Ends a run, and adds up the times of steps of the same kind. */
    void stop() {
        starts[next] = System.nanoTime();
        next = 0;
        var run = new LinkedHashMap<StepKind, Double>();
        for (int step = 0; step < kinds.size(); step++) {
            run.merge(kinds.get(step), (starts[step + 1] - starts[step]) / 1e3, Double::sum);
        }
        run.forEach((kind, time) -> micros.get(kind).add(time));
    }

    /** Forgets all runs. */
    void reset() {
        micros.values().forEach(List::clear);
    }

    /** Returns the times of all runs. */
    List<StepTime> times() {
        return micros.entrySet().stream()
                .map(entry -> new StepTime(entry.getKey(),
                        (int) kinds.stream().filter(entry.getKey()::equals).count(), new Samples(entry.getValue())))
                .toList();
    }
}
