/// A vector instruction in its VEX encoding, without its operands. ``EncodingTable`` has the forms of each.
///
/// Names are the mnemonics of the Intel SDM, volume 2: `sd` is the lowest double, `ss` the lowest single of a register.
@frozen
public enum VectorOperation: UInt8, Sendable, CaseIterable {
    // Movement.
    case vmovsd, vmovss, vmovapd, vmovaps, vmovq, vmovd, vmovmskpd, vmovmskps
    // Arithmetic.
    case vaddsd, vaddss, vsubsd, vsubss, vmulsd, vmulss, vdivsd, vdivss
    case vsqrtsd, vsqrtss, vminsd, vminss, vmaxsd, vmaxss
    // a = ±(a × c) ± b (132), ±(b × a) ± c (213), ±(b × c) ± a (231).
    case vfmadd132sd, vfmadd132ss, vfmadd213sd, vfmadd213ss, vfmadd231sd, vfmadd231ss
    case vfmsub132sd, vfmsub132ss, vfmsub213sd, vfmsub213ss, vfmsub231sd, vfmsub231ss
    case vfnmadd132sd, vfnmadd132ss, vfnmadd213sd, vfnmadd213ss, vfnmadd231sd, vfnmadd231ss
    case vfnmsub132sd, vfnmsub132ss, vfnmsub213sd, vfnmsub213ss, vfnmsub231sd, vfnmsub231ss
    // Comparison.
    case vucomisd, vucomiss, vcomisd, vcomiss, vcmpsd, vcmpss
    // Conversion.
    case vcvtsi2sd, vcvtsi2ss, vcvtsd2si, vcvtss2si, vcvttsd2si, vcvttss2si, vcvtsd2ss, vcvtss2sd, vroundsd, vroundss
    // Bitwise logic and selection.
    case vandpd, vandps, vandnpd, vandnps, vorpd, vorps, vxorpd, vxorps
    case vpand, vpandn, vpor, vpxor, vblendvpd, vblendvps
    // Integers in vectors.
    case vpsllq, vpsrlq, vpslld, vpsrld, vpcmpeqd, vpcmpeqq, vpinsrd, vpinsrq, vunpcklps, vpshufd
}
