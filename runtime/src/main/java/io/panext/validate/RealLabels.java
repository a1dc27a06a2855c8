package io.panext.validate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The reassessed labels of ImageNet's validation set: {@code real.json} of
 * <a href="https://arxiv.org/abs/2006.07159">Are we done with ImageNet?</a>, all right classes for each image.
 *
 * @param labels by the image's number, beginning with 1
 */
public record RealLabels(List<List<Integer>> labels) {

    private static final Pattern NUMBERED = Pattern.compile(".*_0*(\\d{1,8})\\.\\w+");

    /**
     * Reads the file.
     *
     * @throws IOException if it cannot be read or is no list of lists of numbers
     */
    public static RealLabels read(Path file) throws IOException {
        String problem = file + ": is no list of lists of numbers";
        try {
            List<List<Integer>> labels = JsonMapper.builder().build().readValue(file.toFile(), new TypeReference<>() {
            });
            if (labels == null || labels.stream().anyMatch(row -> row == null || row.contains(null))) {
                throw new IOException(problem + ": something in it is null");
            }
            return new RealLabels(labels);
        } catch (JsonProcessingException e) {
            throw new IOException(problem + ": " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
        }
    }

    /**
     * Returns the labels of an image, none if nobody could say what it shows.
     *
     * @param image its file's name
     * @throws IllegalArgumentException if its name is not one of the validation set: {@code ILSVRC2012_val_00000001.JPEG}
     */
    public List<Integer> of(String image) {
        Matcher name = NUMBERED.matcher(image);
        int number = name.matches() ? Integer.parseInt(name.group(1)) : 0;
        if (number < 1 || number > labels.size()) {
            throw new IllegalArgumentException(image + ": has no number from 1 to " + labels.size()
                    + " in its name, by which to find its real label");
        }
        return labels.get(number - 1);
    }
}
