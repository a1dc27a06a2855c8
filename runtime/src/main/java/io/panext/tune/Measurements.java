package io.panext.tune;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.panext.compile.Kernel;
import io.panext.onednn.CacheFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Times that were measured on this machine, in a file of the cache folder. One that cannot be read is as good as none.
 *
 * @param machine what the times depend on
 * @param micros  for each trial the time of each kernel, in microseconds
 * @param gains   for each program the share of its time that the fastest of all kernels save of those of one backend alone
 */
record Measurements(@JsonProperty("machine") String machine,
        @JsonProperty("micros") Map<String, Map<String, Double>> micros,
        @JsonProperty("gains") Map<String, Double> gains) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Measurements load(CacheFolder folder, String machine) {
        Path file = folder.path().resolve(name(machine));
        if (Files.isReadable(file)) {
            try {
                Measurements stored = JSON.readValue(file.toFile(), Measurements.class);
                if (stored != null && machine.equals(stored.machine) && stored.isSound()) {
                    return new Measurements(machine, new TreeMap<>(stored.micros), new TreeMap<>(stored.gains));
                }
            } catch (IOException e) {
                // Half a file of another version, say: it will be replaced.
            }
        }
        return new Measurements(machine, new TreeMap<>(), new TreeMap<>());
    }

    private boolean isSound() {
        return micros != null && micros.values().stream().allMatch(times -> times != null && times.values().stream()
                .allMatch(time -> time != null && Double.isFinite(time) && time > 0))
                && gains != null && gains.values().stream().allMatch(gain -> gain != null && gain >= 0 && gain < 1);
    }

    /** Adds times of a trial's kernels, of which the shortest count. */
    void add(String trial, Map<String, Double> times) {
        Map<String, Double> shortest = micros.computeIfAbsent(trial, _ -> new TreeMap<>());
        times.forEach((kernel, time) -> shortest.merge(kernel, time, Math::min));
    }

    /** Returns whether each kernel of a trial has been measured. */
    boolean cover(Trial trial) {
        Map<String, Double> times = micros.getOrDefault(trial.name(), Map.of());
        return trial.candidates().stream().map(Kernel::name).allMatch(times::containsKey);
    }

    /** Returns the time of a kernel that a trial has measured. */
    double micros(Trial trial, Kernel kernel) {
        return micros.get(trial.name()).get(kernel.name());
    }

    /** Returns the time of all kernels of a trial that has measured them. */
    double micros(Trial trial) {
        return trial.candidates().stream().mapToDouble(kernel -> micros(trial, kernel)).sum();
    }

    /** Adds what is known to what is stored, which is more by now if another process has measured too. */
    void store(CacheFolder folder) throws IOException {
        Measurements all = load(folder, machine);
        micros.forEach(all::add);
        all.gains.putAll(gains);
        if (!all.equals(load(folder, machine))) {
            folder.store(name(machine), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(all));
        }
    }

    private static String name(String machine) {
        var crc = new CRC32();
        crc.update(machine.getBytes(StandardCharsets.UTF_8));
        return "kernels-" + HexFormat.of().toHexDigits((int) crc.getValue()) + ".json";
    }
}
