package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import java.util.Map;

/**
 * The instructions that oneDNN uses on this machine.
 *
 * @param name as oneDNN's documentation has it: {@code avx512_core_amx}
 * @param bf16 whether there are dot products of bf16, so that bf16 is worth its rounding
 */
public record Isa(String name, boolean bf16) {

    private static final Map<Integer, Isa> KNOWN = Map.ofEntries(
            entry(Dnnl.dnnl_cpu_isa_avx10_2_512_amx_2(), "avx10_2_512_amx_2", true),
            entry(Dnnl.dnnl_cpu_isa_avx10_2_512(), "avx10_2_512", true),
            entry(Dnnl.dnnl_cpu_isa_avx512_core_amx_fp16(), "avx512_core_amx_fp16", true),
            entry(Dnnl.dnnl_cpu_isa_avx512_core_amx(), "avx512_core_amx", true),
            entry(Dnnl.dnnl_cpu_isa_avx512_core_fp16(), "avx512_core_fp16", true),
            entry(Dnnl.dnnl_cpu_isa_avx512_core_bf16(), "avx512_core_bf16", true),
            entry(Dnnl.dnnl_cpu_isa_avx512_core_vnni(), "avx512_core_vnni", false),
            entry(Dnnl.dnnl_cpu_isa_avx512_core(), "avx512_core", false),
            entry(Dnnl.dnnl_cpu_isa_avx2_vnni_2(), "avx2_vnni_2", false),
            entry(Dnnl.dnnl_cpu_isa_avx2_vnni(), "avx2_vnni", false),
            entry(Dnnl.dnnl_cpu_isa_avx2(), "avx2", false), entry(Dnnl.dnnl_cpu_isa_avx(), "avx", false),
            entry(Dnnl.dnnl_cpu_isa_sse41(), "sse41", false));

    private static Map.Entry<Integer, Isa> entry(int code, String name, boolean bf16) {
        return Map.entry(code, new Isa(name, bf16));
    }

    static Isa current() {
        int code = Dnnl.dnnl_get_effective_cpu_isa();
        return KNOWN.getOrDefault(code, new Isa("0x" + Integer.toHexString(code), false));
    }
}
