package io.panext.dnnl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.kernels.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagePartTest {

    @ParameterizedTest(name = "{0} images of {1} rows, {2} at a time, {3} workers")
    @CsvSource({"1, 7, 7, 1", "1, 24, 5, 1", "3, 5, 2, 2", "12, 1, 1, 5", "2, 9, 100, 4", "1, 3, 1, 8"})
    void partsHaveEveryRowOnceAndNoMoreThanAreWanted(int images, int height, int most, int workers) {
        var rows = new ArrayList<Integer>();
        for (int worker = 0; worker < workers; worker++) {
            List<ImagePart> parts = ImagePart.of(images, height, most, new Share(worker, workers));
            for (ImagePart part : parts) {
                assertTrue(part.rows() > 0 && part.rows() <= most && part.to() <= height, part::toString);
                IntStream.range(part.from(), part.to()).forEach(row -> rows.add(part.image() * height + row));
            }
        }
        assertEquals(IntStream.range(0, images * height).boxed().toList(), rows);
    }
}
