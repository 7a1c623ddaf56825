/// The five exceptions of IEEE 754-2019 §7 as sticky flags, in the bit order of RISC-V's `fflags`
/// (Unprivileged spec, "Floating-Point Control and Status Register").
struct FloatFlags: OptionSet, Sendable {
    let rawValue: UInt8

    /// NX: the delivered result differs from the exact one.
    static let inexact = FloatFlags(rawValue: 1)
    /// UF: the result is tiny, judged after rounding, and inexact.
    static let underflow = FloatFlags(rawValue: 2)
    /// OF: the rounded result exceeds the largest finite number.
    static let overflow = FloatFlags(rawValue: 4)
    /// DZ: an exact infinity came from finite operands.
    static let divideByZero = FloatFlags(rawValue: 8)
    /// NV: the operation has no useful result for these operands.
    static let invalid = FloatFlags(rawValue: 16)
}
