package io.panext.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The parsed and checked header of a safetensors file.
 *
 * @param tensors   in the header's order
 * @param positions where each tensor's bytes begin, from the start of the file
 * @param metadata  the header's {@code __metadata__}
 */
record SafetensorsHeader(SequencedMap<String, TensorInfo> tensors, Map<String, Long> positions,
        Map<String, String> metadata) {

    /** Bytes of the length field that a file begins with. */
    static final int LENGTH_BYTES = 8;

    /** The reference implementation reads no longer header either. */
    static final long MAX_LENGTH = 100_000_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Where a tensor's bytes begin, from the start of the file. */
    long position(String tensor) {
        return positions.get(tensor);
    }

    static SafetensorsHeader parse(String name, MemorySegment file) throws CheckpointException {
        long length = length(name, file);
        byte[] json = file.asSlice(LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
        long dataStart = LENGTH_BYTES + length;
        try (JsonParser parser = SafetensorsJson.parser(json)) {
            var entries = new SafetensorsJson(parser).read();
            requireGapless(name, entries.tensors(), file.byteSize() - dataStart);
            var tensors = new LinkedHashMap<String, TensorInfo>();
            var positions = new LinkedHashMap<String, Long>();
            for (var entry : entries.tensors()) {
                tensors.put(entry.info().name(), entry.info());
                positions.put(entry.info().name(), dataStart + entry.begin());
            }
            return new SafetensorsHeader(tensors, positions, entries.metadata());
        } catch (JsonProcessingException e) {
            throw new CheckpointException(name, "the header is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw new CheckpointException(name, "the header is not UTF-8 text: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(name, e.getMessage(), e);
        }
    }

    private static long length(String name, MemorySegment file) throws CheckpointException {
        if (file.byteSize() == 0) {
            throw new CheckpointException(name, "is empty");
        }
        if (file.byteSize() < LENGTH_BYTES) {
            throw new CheckpointException(name, "has only " + file.byteSize()
                    + " bytes; a safetensors file begins with the 8 bytes of its header's length");
        }
        long length = file.get(LENGTH, 0);
        if (length >= 2 && length <= MAX_LENGTH && length > file.byteSize() - LENGTH_BYTES) {
            throw new CheckpointException(name, "is cut off: the header should have " + length
                    + " bytes, but the file ends after " + (file.byteSize() - LENGTH_BYTES));
        }
        if (length < 2 || length > MAX_LENGTH) {
            throw new CheckpointException(name, "is not a safetensors file: " + ForeignFormat.of(file)
                    .orElse("its header would have " + Long.toUnsignedString(length)
                            + " bytes; nor is it what PyTorch or MindSpore save"));
        }
        return length;
    }

    private static int compareBytes(SafetensorsJson.Entry one, SafetensorsJson.Entry other) {
        int begins = Long.compare(one.begin(), other.begin());
        return begins != 0 ? begins : Long.compare(one.end(), other.end());
    }

    /** Checks that the tensors fill the data exactly: no overlap, no hole, nothing beyond the end, nothing left over. */
    private static void requireGapless(String name, List<SafetensorsJson.Entry> entries, long dataSize)
            throws CheckpointException {
        long end = 0;
        String previous = "the header";
        for (var entry : entries.stream().sorted(SafetensorsHeader::compareBytes).toList()) {
            String tensor = "tensor " + entry.info().name();
            if (entry.end() > dataSize) {
                throw new CheckpointException(name, tensor + " ends at byte " + entry.end() + " of the data, but only "
                        + dataSize + " bytes are there: the file is cut off or damaged");
            }
            if (entry.begin() < end) {
                throw new CheckpointException(name, tensor + " begins at byte " + entry.begin() + ", inside "
                        + previous + ", which ends at " + end);
            }
            if (entry.begin() > end) {
                throw new CheckpointException(name, "bytes " + end + " to " + entry.begin() + " between " + previous
                        + " and " + tensor + " belong to no tensor");
            }
            end = entry.end();
            previous = tensor;
        }
        if (end != dataSize) {
            throw new CheckpointException(name, "the tensors end at byte " + end + " of the data, but " + dataSize
                    + " bytes are there");
        }
    }
}
