/// A general register. The raw value is its number in encodings (Intel SDM volume 2, table 3-1).
@frozen
public enum Register: UInt8, Sendable, CaseIterable {
    case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi
    case r8, r9, r10, r11, r12, r13, r14, r15
}

/// A vector register, of which the assembler uses the lower 128 bits. The raw value is its number in encodings.
@frozen
public enum Vector: UInt8, Sendable, CaseIterable {
    case xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7
    case xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15
}
