package io.panext.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a JPEG file says before its first scan.
 *
 * @param segments the marker segments in the file's order
 * @param complete whether an end marker follows: ImageIO's plugins make one up where it is missing
 */
record JpegHeader(List<Segment> segments, boolean complete) {
    static final int APP1 = 0xE1;
    private static final int MARKER = 0xFF;
    private static final int SOF0 = 0xC0;
    private static final int SOF3 = 0xC3;
    private static final int RST0 = 0xD0;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP0 = 0xE0;
    private static final int APP14 = 0xEE;
    private static final int TEM = 0x01;

    /** A marker's code and the data that follow its length. */
    record Segment(int marker, ByteBuffer data) {
        private boolean startsWith(String name) {
            byte[] bytes = name.getBytes(ISO_8859_1);
            return data.limit() >= bytes.length && data.slice(0, bytes.length).equals(ByteBuffer.wrap(bytes));
        }
    }

    /** @throws RuntimeException if the file ends in the midst of a segment */
    static JpegHeader of(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file);
        List<Segment> segments = new ArrayList<>();
        while (true) {
            int marker = nextMarker(in);
            if (marker == SOS) {
                return new JpegHeader(List.copyOf(segments), hasEnd(in));
            }
            if (marker == TEM || (marker >= RST0 && marker <= EOI)) {
                continue;
            }
            int length = Short.toUnsignedInt(in.getShort()) - Short.BYTES;
            segments.add(new Segment(marker, in.slice(in.position(), length)));
            in.position(in.position() + length);
        }
    }

    /** As libjpeg does, skips what is not a marker, and fill bytes. */
    private static int nextMarker(ByteBuffer in) {
        int previous = 0;
        while (true) {
            int b = Byte.toUnsignedInt(in.get());
            if (previous == MARKER && b != MARKER && b != 0) {
                return b;
            }
            previous = b;
        }
    }

    private static boolean hasEnd(ByteBuffer scans) {
        while (scans.hasRemaining()) {
            if (scans.get() == (byte) MARKER && scans.hasRemaining() && scans.get(scans.position()) == (byte) EOI) {
                return true;
            }
        }
        return false;
    }

    /** Returns the first segment of a kind whose data begin with a name. */
    Optional<ByteBuffer> find(int marker, String name) {
        return segments.stream().filter(s -> s.marker == marker && s.startsWith(name)).map(Segment::data).findFirst();
    }

    /** Returns the colour space by libjpeg's rules ({@code jdapimin.c}, {@code default_decompress_parms}). */
    JpegColour colour() throws IOException {
        ByteBuffer frame = segments.stream().filter(s -> s.marker >= SOF0 && s.marker <= SOF3).map(Segment::data)
                .findFirst().orElseThrow(() -> new IOException("arithmetic coding or hierarchical frames"));
        if (frame.get(0) != Byte.SIZE) {
            throw new IOException(frame.get(0) + "-bit samples");
        }
        // Adobe's segment: its name, version, two words of flags, the colour transform
        Optional<Byte> transform = find(APP14, "Adobe").filter(a -> a.limit() > 11).map(a -> a.get(11));
        // the frame: precision, two words of size, the components' number; then each one's identifier and two bytes
        int components = frame.get(5);
        return switch (components) {
            case 1 -> JpegColour.GREY;
            case 3 -> {
                boolean named = frame.get(6) == 'R' && frame.get(9) == 'G' && frame.get(12) == 'B';
                boolean rgb = find(APP0, "JFIF\0").isEmpty() && transform.map(t -> t == 0).orElse(named);
                yield rgb ? JpegColour.RGB : JpegColour.YCBCR;
            }
            case 4 -> transform.map(t -> t == 0 ? JpegColour.INVERTED_CMYK : JpegColour.YCCK).orElse(JpegColour.CMYK);
            default -> throw new IOException(components + " components");
        };
    }
}
