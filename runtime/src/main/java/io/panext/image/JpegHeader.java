package io.panext.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.drew.imaging.jpeg.JpegProcessingException;
import com.drew.imaging.jpeg.JpegSegmentData;
import com.drew.imaging.jpeg.JpegSegmentReader;
import com.drew.imaging.jpeg.JpegSegmentType;
import com.drew.lang.SequentialByteArrayReader;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** The segments before a JPEG file's first scan. */
record JpegHeader(JpegSegmentData segments) {
    private static final List<JpegSegmentType> FRAMES = List.of(JpegSegmentType.SOF0, JpegSegmentType.SOF1,
            JpegSegmentType.SOF2, JpegSegmentType.SOF3);
    private static final int ADOBE_LENGTH = 12;

    static JpegHeader of(byte[] file) throws IOException {
        try {
            return new JpegHeader(JpegSegmentReader.readSegments(new SequentialByteArrayReader(file), null));
        } catch (JpegProcessingException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Returns the colour space by libjpeg's rules ({@code jdapimin.c}, {@code default_decompress_parms}). */
    JpegColour colour() throws IOException {
        byte[] frame = FRAMES.stream().map(segments::getSegment).filter(Objects::nonNull).findFirst()
                .orElseThrow(() -> new IOException("a kind of JPEG that is not supported"));
        int components = frame[5];
        byte[] adobe = marked(JpegSegmentType.APPE, "Adobe");
        if (adobe != null && adobe.length < ADOBE_LENGTH) {
            adobe = null;
        }
        int transform = adobe == null ? -1 : adobe[ADOBE_LENGTH - 1];
        return switch (components) {
            case 1 -> JpegColour.GREY;
            case 3 -> {
                boolean named = frame[6] == 'R' && frame[9] == 'G' && frame[12] == 'B';
                boolean rgb = marked(JpegSegmentType.APP0, "JFIF\0") == null
                        && (adobe == null ? named : transform == 0);
                yield rgb ? JpegColour.RGB : JpegColour.YCBCR;
            }
            case 4 -> {
                if (adobe == null) {
                    yield JpegColour.CMYK;
                }
                yield transform == 0 ? JpegColour.INVERTED_CMYK : JpegColour.YCCK;
            }
            default -> throw new IOException("a JPEG with " + components + " components");
        };
    }

    /** Returns the first segment that begins with a marker, or null. */
    byte[] marked(JpegSegmentType type, String marker) {
        byte[] prefix = marker.getBytes(ISO_8859_1);
        return StreamSupport.stream(segments.getSegments(type).spliterator(), false)
                .filter(s -> new String(s, 0, Math.min(s.length, prefix.length), ISO_8859_1).equals(marker)).findFirst()
                .orElse(null);
    }
}
