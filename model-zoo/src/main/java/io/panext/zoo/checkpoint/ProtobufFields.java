package io.panext.zoo.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The fields of a message in protobuf's wire format, one after the other, where they stand in memory.
 *
 * <p>Google's library counts bytes in an {@code int} and copies what it reads to the heap; checkpoints have more than
 * 2 GiB, and their tensors are to be mapped. See <a href="https://protobuf.dev/programming-guides/encoding/">the
 * encoding</a>. Whatever does not follow it ends in an {@link IllegalArgumentException}.
 */
final class ProtobufFields {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;
    private static final int TYPE_BITS = 3;
    private static final int VARINT_BITS = 7;
    private static final int MAX_NAME_BYTES = 1 << 10;

    private final MemorySegment message;
    private long position;
    private int number;
    private long value;
    private MemorySegment content = MemorySegment.NULL;

    ProtobufFields(MemorySegment message) {
        this.message = message;
    }

    /** Goes to the next field, if there is one. */
    boolean next() {
        if (position == message.byteSize()) {
            return false;
        }
        long key = varint();
        number = (int) Math.min(key >>> TYPE_BITS, Integer.MAX_VALUE);
        content = MemorySegment.NULL;
        switch ((int) key & ((1 << TYPE_BITS) - 1)) {
            case VARINT -> value = varint();
            case FIXED64 -> content = take(Long.BYTES);
            case LENGTH_DELIMITED -> content = take(varint());
            case FIXED32 -> content = take(Integer.BYTES);
            default -> throw new IllegalArgumentException("a field of an unknown type");
        }
        return true;
    }

    /** Number of the field. */
    int number() {
        return number;
    }

    /** Value of a field that is a number of variable length. */
    long value() {
        if (!content.equals(MemorySegment.NULL)) {
            throw new IllegalArgumentException("field " + number + " is no number");
        }
        return value;
    }

    /** Content of any other field. */
    MemorySegment content() {
        if (content.equals(MemorySegment.NULL)) {
            throw new IllegalArgumentException("field " + number + " has no content");
        }
        return content;
    }

    /** The same as text: that of a name, which is not empty and not long. */
    String name() {
        MemorySegment bytes = content();
        if (bytes.byteSize() == 0 || bytes.byteSize() > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("a name of " + bytes.byteSize() + " bytes");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a name that is not UTF-8", e);
        }
    }

    /** Reads a number of variable length: seven bits a byte, the lowest first. */
    private long varint() {
        long varint = 0;
        for (int shift = 0; shift < Long.SIZE && position < message.byteSize(); shift += VARINT_BITS) {
            byte next = message.get(ValueLayout.JAVA_BYTE, position++);
            varint |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return varint;
            }
        }
        throw new IllegalArgumentException("a number that does not end");
    }

    private MemorySegment take(long length) {
        if (length < 0 || length > message.byteSize() - position) {
            throw new IllegalArgumentException("a field that is longer than what is left");
        }
        position += length;
        return message.asSlice(position - length, length);
    }
}
