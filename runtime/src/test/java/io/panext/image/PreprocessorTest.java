package io.panext.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessorTest {
    private static final Path GOLDEN = Path.of("src/test/resources/image/preprocess.safetensors");
    private static final Path SAMPLES = Path.of("../model-zoo/samples");

    @ParameterizedTest
    @MethodSource("golden")
    void everyByteIsPillows(String name, byte[] expected) throws IOException {
        String image = name.substring(0, name.indexOf('/'));
        RgbImage photograph = ImageDecoder.DEFAULT.decode(SAMPLES.resolve(image + ".png"));
        RgbImage cropped = new Preprocessor(settings(name.substring(image.length() + 1))).apply(photograph);
        assertArrayEquals(expected, cropped.pixels());
    }

    static List<Arguments> golden() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(GOLDEN)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) file.getLong()];
        file.get(header);
        ByteBuffer data = file.slice();
        List<Arguments> tensors = new ArrayList<>();
        for (var entry : new ObjectMapper().readTree(header).properties()) {
            JsonNode offsets = entry.getValue().path("data_offsets");
            if (offsets.isArray()) {
                byte[] tensor = new byte[offsets.get(1).asInt() - offsets.get(0).asInt()];
                data.get(offsets.get(0).asInt(), tensor);
                tensors.add(Arguments.of(entry.getKey(), tensor));
            }
        }
        assertEquals(12, tensors.size());
        return tensors;
    }

    private static Preprocessing settings(String pipeline) {
        if (pipeline.equals("torchvision224_236_bilinear")) {
            return centre(224, 224.0 / 236, Interpolation.BILINEAR);
        }
        String[] parts = pipeline.substring("timm".length()).toUpperCase(Locale.ROOT).split("_", -1);
        int size = Integer.parseInt(parts[0]);
        return new Preprocessing(size, size, Double.parseDouble(parts[1]), Interpolation.valueOf(parts[2]),
                CropMode.valueOf(parts[3]), Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
    }

    private static Preprocessing centre(int size, double cropPct, Interpolation interpolation) {
        return new Preprocessing(size, size, cropPct, interpolation, CropMode.CENTER, Preprocessing.IMAGENET_MEAN,
                Preprocessing.IMAGENET_STD);
    }

    @ParameterizedTest
    @ValueSource(ints = {236, 230, 232})
    void torchvisionsSizesAreExactQuotients(int resized) {
        // the resized square, shifted by the crop's offset, is the whole image: no pixel is resampled
        RgbImage image = noise(resized, resized);
        int offset = (resized - 224) / 2;
        byte[] cropped = new Preprocessor(centre(224, 224.0 / resized, Interpolation.BILINEAR)).apply(image).pixels();
        int first = 3 * (offset * resized + offset);
        assertArrayEquals(Arrays.copyOfRange(image.pixels(), first, first + 3 * 224),
                Arrays.copyOf(cropped, 3 * 224));
    }

    @ParameterizedTest
    @CsvSource({"8, 13, 2", "8, 15, 4", "8, 14, 3", "7, 14, 4", "7, 12, 2"})
    void theCropsOffsetIsRoundedHalfToEven(int crop, int width, int offset) {
        // the shortest edge is already the crop's: nothing is resampled
        RgbImage image = noise(width, crop);
        byte[] cropped = new Preprocessor(centre(crop, 1, Interpolation.BICUBIC)).apply(image).pixels();
        assertArrayEquals(Arrays.copyOfRange(image.pixels(), 3 * offset, 3 * (offset + crop)),
                Arrays.copyOf(cropped, 3 * crop));
    }

    @ParameterizedTest
    @CsvSource({"1, 30000", "30000, 1", "20000, 1", "1, 1", "2, 3000"})
    void extremeAspectRatiosGiveTheSizeAskedFor(int width, int height) {
        RgbImage image = noise(width, height);
        for (CropMode mode : CropMode.values()) {
            Preprocessing settings = new Preprocessing(224, 192, 0.875, Interpolation.BICUBIC, mode,
                    Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
            for (Preprocessing s : List.of(settings, settings.withSize(224, 224))) {
                RgbImage cropped = new Preprocessor(s).apply(image);
                assertEquals(s.width(), cropped.width());
                assertEquals(s.height(), cropped.height());
            }
        }
    }

    @Test
    void theCropIsNeverLargerThanTheResizedImage() {
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            Preprocessing settings = centre(1 + random.nextInt(40), 1 - random.nextDouble() * 0.6,
                    Interpolation.BILINEAR).withSize(1 + random.nextInt(40), 1 + random.nextInt(40));
            RgbImage image = noise(1 + random.nextInt(60), 1 + random.nextInt(60));
            assertEquals(settings.height(), new Preprocessor(settings).apply(image).height());
        }
    }

    @Test
    void normalisesIntoPlanes() {
        Preprocessor preprocessor = new Preprocessor(Preprocessing.IMAGENET_224.withSize(2, 3));
        RgbImage image = noise(3, 2);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment dst = arena.allocate(ValueLayout.JAVA_FLOAT, 20);
            preprocessor.normalise(image, dst, 4);
            assertEquals(0f, dst.getAtIndex(ValueLayout.JAVA_FLOAT, 0));
            assertEquals(0f, dst.getAtIndex(ValueLayout.JAVA_FLOAT, 19));
            for (int c = 0; c < 3; c++) {
                float mean = Preprocessing.IMAGENET_MEAN.get(c);
                float std = Preprocessing.IMAGENET_STD.get(c);
                for (int i = 0; i < 6; i++) {
                    float expected = ((image.pixels()[3 * i + c] & 0xFF) / 255f - mean) / std;
                    assertEquals(expected, dst.getAtIndex(ValueLayout.JAVA_FLOAT, 1 + 6 * c + i));
                }
            }
        }
    }

    @Test
    void theTensorMustFit() {
        Preprocessor preprocessor = new Preprocessor(Preprocessing.IMAGENET_224.withSize(2, 2));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment dst = arena.allocate(ValueLayout.JAVA_FLOAT, 12);
            assertThrows(IndexOutOfBoundsException.class, () -> preprocessor.normalise(noise(2, 2), dst, 4));
            assertThrows(IllegalArgumentException.class, () -> preprocessor.normalise(noise(2, 3), dst, 0));
        }
    }

    private static RgbImage noise(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        new Random(5).nextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }
}
