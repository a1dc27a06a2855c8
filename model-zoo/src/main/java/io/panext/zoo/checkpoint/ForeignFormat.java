package io.panext.zoo.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/** Formats that users mistake for a checkpoint that can be read, told by the bytes they begin with. */
enum ForeignFormat {
    ZIP("PK", "it is a zip archive, as PyTorch checkpoints are"),
    PICKLE("\u0080\u0002", "it looks like a pickle, but not like one that torch.save wrote"),
    HDF5("\u0089HDF", "it looks like a Keras (HDF5) file; use PyTorch weights"),
    GGUF("GGUF", "it is a GGUF file; use the PyTorch weights that it was made from"),
    GZIP("\u001f\u008b", "it is a gzip archive; unpack it first"),
    GIT_LFS("version https://git-lfs", "it is a Git LFS pointer; fetch the file that it stands for"),
    PNG("\u0089PNG", "it is a picture, and no model"),
    JPEG("\u00ff\u00d8\u00ff", "it is a picture, and no model"),
    HTML("<", "it is an HTML or XML page; the download went wrong"),
    JSON("{", "it is a JSON file; name the checkpoint beside it");

    private final String magic;
    private final String advice;

    ForeignFormat(String magic, String advice) {
        this.magic = magic;
        this.advice = advice;
    }

    /** Says in words what a file seems to be, if it is no safetensors file. */
    static Optional<String> of(MemorySegment file) {
        return Stream.of(values()).filter(format -> format.begins(file)).map(format -> format.advice).findFirst();
    }

    private boolean begins(MemorySegment file) {
        byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
        return file.byteSize() >= expected.length
                && MemorySegment.ofArray(expected).mismatch(file.asSlice(0, expected.length)) == -1;
    }
}
