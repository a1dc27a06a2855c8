package io.panext.kernels;

/** From a masked map with one pixel a patch to whole images: what is visible in its place, one token everywhere else. */
public final class Densify {

    private Densify() {}

    /**
     * Writes the patches of one worker.
     *
     * @param src   {@code [slots, channels]}, aligned
     * @param table which patch is in which slot
     * @param token {@code [1, channels]}, what a masked patch becomes
     * @param dst   {@code [images * cells, channels]}, aligned
     */
    public static void run(Matrix src, PatchTable table, Matrix token, Matrix dst, Share share) {
        table.requireMap(src, 1);
        token.requireShape(1, src.columns());
        dst.requireShape(table.images() * table.cells(), src.columns());
        int end = share.to(dst.rows());
        for (int patch = share.from(dst.rows()); patch < end; patch++) {
            int slot = table.slot(patch);
            Matrix pixel = slot == PatchTable.MASKED ? token : src.slice(slot, slot + 1);
            Copy.rows(pixel, dst.slice(patch, patch + 1));
        }
    }
}
