package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class EpilogueTest {

    /** The steepest slope of GELU, which magnifies the error of its input. */
    private static final double GELU_SLOPE = 1.13;

    @ParameterizedTest(name = "{0} images of {1} pixels, {2} to {3} channels")
    @CsvFileSource(resources = "epilogue-shapes.csv", numLinesToSkip = 1)
    void geluFollowsTheProduct(int images, int pixels, int depth, int columns) {
        LinearCase product = new LinearCase(images, pixels, depth, columns);
        float[] actual = Workers.agree(workers -> run(product, Epilogue.GELU, workers));
        double[] allowed = product.allowed();
        Rounding.assertWithin(i -> GELU_SLOPE * allowed[i] + GeluTest.TOLERANCE, Reference.gelu(product.expected()),
                actual);
    }

    @ParameterizedTest(name = "{0} images of {1} pixels, {2} to {3} channels")
    @CsvFileSource(resources = "epilogue-shapes.csv", numLinesToSkip = 1)
    void theResidualIsAdded(int images, int pixels, int depth, int columns) {
        LinearCase product = new LinearCase(images, pixels, depth, columns);
        float[] residual = Sample.values(4, images * pixels * columns);
        float[] actual = Workers.agree(workers -> {
            GuardedMap map = GuardedMap.of(residual, columns);
            float[] values = run(product, Epilogue.add(map.matrix()), workers);
            assertArrayEquals(residual, map.values(), "the residual has changed");
            return values;
        });
        double[] expected = Reference.add(product.expected(), Reference.exactly(residual));
        double[] allowed = product.allowed();
        Rounding.assertWithin(i -> allowed[i] + Rounding.UNIT * Math.abs(expected[i]), expected, actual);
    }

    @ParameterizedTest(name = "{0} images of {1} pixels, {2} to {3} channels")
    @CsvFileSource(resources = "epilogue-shapes.csv", numLinesToSkip = 1)
    void gatheredSquaresAreThoseOfTheStoredMap(int images, int pixels, int depth, int columns) {
        LinearCase product = new LinearCase(images, pixels, depth, columns);
        int chunks = product.images.chunks();
        float[] gathered = Workers.agree(workers -> {
            GuardedMap sums = GuardedMap.empty(chunks, columns);
            run(product, Epilogue.geluAndSquares(sums.matrix(), product.images), workers);
            return sums.values();
        });
        float[] map = run(product, Epilogue.GELU, new Workers(1));
        GuardedMap sums = GuardedMap.empty(chunks, columns);
        assertArrayEquals(map, run(product, Epilogue.geluAndSquares(sums.matrix(), product.images), new Workers(1)));
        GuardedMap later = GuardedMap.empty(chunks, columns);
        Grn.sumSquares(GuardedMap.of(map, columns).matrix(), product.images, later.matrix(), Share.ALL);
        assertArrayEquals(Workers.bits(later.values()), Workers.bits(gathered));
    }

    private static float[] run(LinearCase product, Epilogue epilogue, Workers workers) {
        GuardedMap src = product.src();
        GuardedMap dst = product.dst();
        workers.each(share -> product.linear.run(RowSource.of(src.matrix()), dst.matrix(), product.images, epilogue,
                share));
        return dst.values();
    }

    @Test
    void mismatchingShapesAreRefused() {
        LinearCase product = new LinearCase(2, 3, 4, 5);
        Workers alone = new Workers(1);
        for (Matrix wrong : new Matrix[] {GuardedMap.empty(6, 4).matrix(), GuardedMap.empty(5, 5).matrix()}) {
            assertThrows(IndexOutOfBoundsException.class, () -> run(product, Epilogue.add(wrong), alone));
        }
        for (Matrix wrong : new Matrix[] {GuardedMap.empty(2, 4).matrix(), GuardedMap.empty(1, 5).matrix()}) {
            assertThrows(IndexOutOfBoundsException.class,
                    () -> run(product, Epilogue.geluAndSquares(wrong, product.images), alone));
        }
    }
}
