package io.panext.tune;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
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
 */
record Measurements(@JsonProperty("machine") String machine,
        @JsonProperty("micros") Map<String, Map<String, Double>> micros) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Measurements load(CacheFolder folder, String machine) {
        Path file = folder.path().resolve(name(machine));
        if (Files.isReadable(file)) {
            try {
                Measurements stored = JSON.readValue(file.toFile(), Measurements.class);
                if (stored != null && machine.equals(stored.machine) && stored.isSound()) {
                    return new Measurements(machine, new TreeMap<>(stored.micros));
                }
            } catch (IOException e) {
                // Half a file of another version, say: it will be replaced.
            }
        }
        return new Measurements(machine, new TreeMap<>());
    }

    private boolean isSound() {
        return micros != null && micros.values().stream().allMatch(times -> times != null && times.values().stream()
                .allMatch(time -> time != null && Double.isFinite(time) && time > 0));
    }

    /** Adds the times of a trial's kernels. */
    void add(String trial, Map<String, Double> times) {
        micros.computeIfAbsent(trial, _ -> new TreeMap<>()).putAll(times);
    }

    /** Adds what is known to what is stored, which is more by now if another process has measured too. */
    void store(CacheFolder folder) throws IOException {
        Measurements stored = load(folder, machine);
        micros.forEach(stored::add);
        folder.store(name(machine), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(stored));
    }

    private static String name(String machine) {
        var crc = new CRC32();
        crc.update(machine.getBytes(StandardCharsets.UTF_8));
        return "kernels-" + HexFormat.of().toHexDigits((int) crc.getValue()) + ".json";
    }
}
