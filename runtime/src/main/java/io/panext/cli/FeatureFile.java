package io.panext.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.panext.FeatureMap;
import io.panext.Output;
import io.panext.zoo.checkpoint.CompleteFile;
import io.panext.zoo.checkpoint.NumpyFile;
import io.panext.zoo.checkpoint.Safetensors;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Features of many images, gathered one by one and written at the end. */
final class FeatureFile implements AutoCloseable {

    private static final String POOLED = "pre_logits";

    /** How features are written. */
    enum Format {
        /** All tensors in one file, with the names of the images. */
        SAFETENSORS,
        /** NumPy's: a file for each tensor, and one for the names of the images. */
        NPY;

        /** What the ending of a file's name says, if it is one that is known. */
        static Optional<Format> of(Path file) {
            String name = file.toString().toLowerCase(Locale.ROOT);
            return Stream.of(values()).filter(format -> name.endsWith(format.ending())).findFirst();
        }

        /** What files of this format end in. */
        String ending() {
            return "." + this;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Path target;
    private final Format format;
    private final List<Integer> stages;
    private final Map<String, FloatSpool> spools = new LinkedHashMap<>();
    private final List<String> images = new ArrayList<>();

    /**
     * Prepares a file.
     *
     * @param target where it will be
     * @param format how it will be written; else what its name says, and safetensors if that says nothing
     * @param stages those whose maps each image has
     */
    FeatureFile(Path target, Optional<Format> format, List<Integer> stages) {
        this.target = target;
        this.format = format.or(() -> Format.of(target)).orElse(Format.SAFETENSORS);
        this.stages = List.copyOf(stages);
    }

    /** Adds what a model gave for one image. */
    void add(String image, Output output) throws IOException {
        images.add(image);
        if (output.channels() > 0) {
            spool(POOLED, List.of(output.channels())).add(output.features());
        }
        for (int i = 0; i < stages.size(); i++) {
            FeatureMap map = output.maps().get(i);
            spool("stage" + stages.get(i), List.of(map.channels(), map.height(), map.width())).add(map.planar());
        }
    }

    /** Adds the pooled features of one image. */
    void add(String image, float[] pooled) throws IOException {
        images.add(image);
        spool(POOLED, List.of(pooled.length)).add(pooled);
    }

    private FloatSpool spool(String tensor, List<Integer> rowShape) throws IOException {
        FloatSpool spool = spools.get(tensor);
        if (spool == null) {
            spool = new FloatSpool(target, rowShape);
            spools.put(tensor, spool);
        }
        return spool;
    }

    /** Writes all images, if there are any. */
    void write(String model) throws IOException {
        var tensors = new LinkedHashMap<String, FloatTensor>();
        for (var spool : spools.entrySet()) {
            tensors.put(spool.getKey(), spool.getValue().tensor());
        }
        if (tensors.isEmpty()) {
            return;
        }
        String names = JsonMapper.builder().build().writeValueAsString(images);
        switch (format) {
            case SAFETENSORS -> Safetensors.write(target, tensors, Map.of("model", model, "images", names));
            case NPY -> {
                for (var tensor : tensors.entrySet()) {
                    NumpyFile.write(tensors.size() == 1 ? target : beside(tensor.getKey() + format.ending()),
                            tensor.getValue());
                }
                CompleteFile.write(beside("images.json"), (names + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /** Beside {@code maps.npy} are {@code maps.stage0.npy}, one for each of several tensors, and {@code maps.images.json}. */
    private Path beside(String ending) {
        String file = target.getFileName().toString();
        String stem = Format.of(target).map(known -> file.substring(0, file.length() - known.ending().length()))
                .orElse(file);
        return target.resolveSibling(stem + "." + ending);
    }

    @Override
    public void close() throws IOException {
        for (FloatSpool spool : spools.values()) {
            spool.close();
        }
    }
}
