@testable import TandemCPU

/// Draws operands whose exponents and fractions favour the boundaries: subnormals, overflow, ties, cancellation.
struct FloatDraw: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (G. Steele et al., "Fast splittable pseudorandom number generators", 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// Random bits, long runs, single bits, all and none.
    mutating func fraction(width: Int) -> UInt64 {
        let full: UInt64 = width == 64 ? .max : 1 << UInt64(width) - 1
        let position = UInt64(Int.random(in: 0..<width, using: &self))
        switch Int.random(in: 0..<8, using: &self) {
        case 0, 1, 2: return next() & full
        case 3: return 0
        case 4: return full
        case 5: return full << position & full
        case 6: return 1 << position
        default: return full ^ 1 << position
        }
    }

    /// A bit pattern of any class; half of them with an exponent near `near`.
    mutating func bits<Bits: FloatBits>(as format: Bits.Type, near: Int? = nil) -> Bits {
        let width = SoftFloat.Format<Bits>.fractionWidth
        let maximum = SoftFloat.Format<Bits>.maximumExponent
        let bias = SoftFloat.Format<Bits>.bias
        var exponent: Int
        switch (Int.random(in: 0..<16, using: &self), near) {
        case (0, _): exponent = 0
        case (1, _): exponent = Int.random(in: 0..<4, using: &self)
        case (2, _): exponent = maximum - Int.random(in: 0..<4, using: &self)
        case (3...7, .some(let near)): exponent = near + Int.random(in: -3...3, using: &self)
        case (8...11, .some(let near)): exponent = near + Int.random(in: -width - 4...width + 4, using: &self)
        case (12...13, _): exponent = Int.random(in: 0..<maximum, using: &self)
        default: exponent = bias + Int.random(in: -width - 4...width + 14, using: &self)
        }
        exponent = min(max(exponent, 0), maximum)
        let sign: Bits = next() & 1 == 0 ? 0 : SoftFloat.Format.signMask
        return sign | Bits(exponent) << Bits(width) | Bits(truncatingIfNeeded: fraction(width: width))
    }

    /// Three operands whose exponents stand so that sums cancel and products come near the ends of the range.
    mutating func operands<Bits: FloatBits>(as format: Bits.Type) -> (Bits, Bits, Bits) {
        let bias = SoftFloat.Format<Bits>.bias
        let a = bits(as: format)
        let exponent = SoftFloat.Format.exponent(a)
        let near = [exponent, bias, bias - exponent, 3 * bias - exponent].randomElement(using: &self)
        let b = bits(as: format, near: near)
        return (a, b, bits(as: format, near: exponent + SoftFloat.Format.exponent(b) - bias))
    }
}
