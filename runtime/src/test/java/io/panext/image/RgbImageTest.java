package io.panext.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of pixel, as Java2D holds it and as it comes back from a PNG file. */
class RgbImageTest {

    @Test
    void greyIsNotBentAlongAGammaCurve() throws IOException {
        BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        byte[] rgb = new byte[3 * 256];
        for (int v = 0; v < 256; v++) {
            grey.getRaster().setSample(v, 0, 0, v);
            rgb[3 * v] = rgb[3 * v + 1] = rgb[3 * v + 2] = (byte) v;
        }
        assertBecomes(rgb, grey);
    }

    @Test
    void of16BitsTheHighByteIsKept() throws IOException {
        BufferedImage grey = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        grey.getRaster().setSample(0, 0, 0, 0x12FF);
        grey.getRaster().setSample(1, 0, 0, 0xFE01);
        assertBecomes(bytes(0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE), grey);
    }

    @Test
    void of16BitRgbTheHighByteIsKept() throws IOException {
        ComponentColorModel model = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false,
                Transparency.OPAQUE, DataBuffer.TYPE_USHORT);
        BufferedImage image = new BufferedImage(model, model.createCompatibleWritableRaster(1, 1), false, null);
        image.getRaster().setPixel(0, 0, new int[] {0x01FF, 0x8000, 0xFFFF});
        assertBecomes(bytes(0x01, 0x80, 0xFF), image);
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_INT_BGR})
    void rgb(int type) throws IOException {
        BufferedImage image = new BufferedImage(2, 1, type);
        image.setRGB(0, 0, 0x010203);
        image.setRGB(1, 0, 0xF0E0D0);
        assertBecomes(bytes(1, 2, 3, 0xF0, 0xE0, 0xD0), image);
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_4BYTE_ABGR, BufferedImage.TYPE_INT_ARGB})
    void transparencyIsDroppedNotBlended(int type) throws IOException {
        BufferedImage image = new BufferedImage(2, 1, type);
        image.setRGB(0, 0, 0x00010203);
        image.setRGB(1, 0, 0x80F0E0D0);
        assertBecomes(bytes(1, 2, 3, 0xF0, 0xE0, 0xD0), image);
    }

    @Test
    void transparentPaletteEntriesKeepTheirColours() throws IOException {
        byte[] red = bytes(1, 4, 7, 10);
        byte[] green = bytes(2, 5, 8, 11);
        byte[] blue = bytes(3, 6, 9, 12);
        byte[] alpha = bytes(0, 128, 255, 1);
        BufferedImage image = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_BINARY,
                new IndexColorModel(2, 4, red, green, blue, alpha));
        image.getRaster().setSamples(0, 0, 4, 1, 0, new int[] {3, 2, 1, 0});
        assertBecomes(bytes(10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3), image);
    }

    @Test
    void oneBit() throws IOException {
        BufferedImage image = new BufferedImage(9, 1, BufferedImage.TYPE_BYTE_BINARY);
        image.getRaster().setSample(8, 0, 0, 1);
        byte[] rgb = new byte[27];
        rgb[24] = rgb[25] = rgb[26] = (byte) 255;
        assertBecomes(rgb, image);
    }

    @Test
    void fewBitsAreSpreadOverTheRange() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_565_RGB);
        image.getRaster().setPixel(0, 0, new int[] {31, 63, 31});
        image.getRaster().setPixel(1, 0, new int[] {1, 1, 16});
        assertArrayEquals(bytes(255, 255, 255, 8, 4, 131), RgbImage.of(image).pixels());
    }

    @Test
    void partOfAnImage() {
        BufferedImage image = new BufferedImage(3, 3, BufferedImage.TYPE_3BYTE_BGR);
        image.setRGB(1, 1, 0x010203);
        assertArrayEquals(bytes(1, 2, 3), RgbImage.of(image.getSubimage(1, 1, 1, 1)).pixels());
    }

    @Test
    void premultipliedPixelsAreDividedAgain() {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB_PRE);
        image.getRaster().setPixel(0, 0, new int[] {51, 102, 0, 102});
        assertArrayEquals(bytes(128, 255, 0), RgbImage.of(image).pixels());
    }

    @Test
    void theArrayMustFit() {
        assertThrows(IllegalArgumentException.class, () -> new RgbImage(2, 2, new byte[11]));
        assertThrows(IllegalArgumentException.class, () -> new RgbImage(0, 2, new byte[0]));
    }

    private static void assertBecomes(byte[] rgb, BufferedImage image) throws IOException {
        assertArrayEquals(rgb, RgbImage.of(image).pixels());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        assertArrayEquals(rgb, ImageDecoder.DEFAULT.decode(png.toByteArray()).pixels());
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
