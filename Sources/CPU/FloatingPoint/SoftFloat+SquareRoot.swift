extension SoftFloat {
    /// The square root of `a`; that of −0 is −0 (IEEE 754-2019 §5.4.1).
    static func squareRoot<Bits: FloatBits>(
        _ a: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        guard a &- 1 < Format<Bits>.largestFinite else { return squareRootSpecial(a, flags: &flags) }
        let operand = Unpacked(finiteNonzero: a)
        // An even exponent halves; an odd one lends a factor of two to the significand.
        let isOdd = (operand.exponent ^ Format<Bits>.bias) & 1 != 0
        let (root, isExact) = Bits.squareRoot(high: isOdd ? operand.significand : operand.significand &>> 1)
        let magnitude = Unpacked(
            exponent: (operand.exponent &- Format<Bits>.bias) &>> 1 &+ Format<Bits>.bias,
            significand: root | (isExact ? 0 : 1))
        return round(sign: 0, magnitude, rounding: rounding, flags: &flags)
    }

    /// A zero, an infinity, a NaN or a negative number.
    @inline(never)
    private static func squareRootSpecial<Bits: FloatBits>(_ a: Bits, flags: inout FloatFlags) -> Bits {
        if Format.isNaN(a) { return propagateNaN(a, a, flags: &flags) }
        if a == Format.infinity || Format.magnitude(a) == 0 { return a }
        return invalidResult(flags: &flags)
    }
}

extension UInt64 {
    static func squareRoot(high: UInt64) -> (root: UInt64, isExact: Bool) {
        let upper = SoftFloat.wholeSquareRoot(high)
        // `lengthened` once more, for a radicand of 128 bits whose lower half is 0. The numerator has 65 bits:
        // both sides of the division are halved.
        var (quotient, rest) = (upper.remainder &<< 31).quotientAndRemainder(dividingBy: upper.root)
        if quotient > 0xffff_ffff {
            // A larger digit would contradict the root of the upper half, so the largest one is right.
            quotient = 0xffff_ffff
            rest &+= upper.root
        }
        let candidate = upper.root &<< 32 &+ quotient
        guard rest &>> 31 == 0 else { return (candidate, false) }
        // One too large: the remainder of the root below it is more than 2 · candidate − 1 − quotient², thus not 0.
        let minuend = rest &<< 33
        let square = quotient &* quotient
        return minuend < square ? (candidate &- 1, false) : (candidate, minuend == square)
    }
}

extension UInt32 {
    static func squareRoot(high: UInt32) -> (root: UInt32, isExact: Bool) {
        let (root, remainder) = SoftFloat.wholeSquareRoot(UInt64(high) &<< 32)
        return (UInt32(truncatingIfNeeded: root), remainder == 0)
    }
}

extension SoftFloat {
    /// A square root, rounded down, and the radicand less its square.
    fileprivate typealias WholeRoot = (root: UInt64, remainder: UInt64)

    /// The 32-bit square root of `radicand`, of which one of the two top bits is set.
    @inline(__always)
    fileprivate static func wholeSquareRoot(_ radicand: UInt64) -> WholeRoot {
        let eighth = shortSquareRoot(radicand &>> 48)
        let quarter = lengthened(eighth, by: 8, next: (radicand &>> 32) & 0xffff)
        return lengthened(quarter, by: 16, next: radicand & 0xffff_ffff)
    }

    /// P. Zimmermann, "Karatsuba Square Root" (INRIA RR-3805, 1999): with the root s and the remainder r of the upper
    /// half, the next digit of the root is (r · 2^width + the next half digit) / 2s, or one less.
    /// `next` holds the next `2 · width` bits of the radicand.
    @inline(__always)
    private static func lengthened(_ upper: WholeRoot, by width: UInt64, next: UInt64) -> WholeRoot {
        let digitMask: UInt64 = 1 &<< width &- 1
        let numerator = upper.remainder &<< width | next &>> width
        let (quotient, rest) = numerator.quotientAndRemainder(dividingBy: upper.root &<< 1)
        let candidate = upper.root &<< width &+ quotient
        let remainder =
            Int64(bitPattern: rest &<< width | next & digitMask) &- Int64(bitPattern: quotient &* quotient)
        guard remainder < 0 else { return (candidate, UInt64(bitPattern: remainder)) }
        return (candidate &- 1, UInt64(bitPattern: remainder &+ Int64(bitPattern: candidate &<< 1 &- 1)))
    }

    /// The 8-bit square root of a radicand of 16 bits, bit by bit.
    @inline(__always)
    private static func shortSquareRoot(_ radicand: UInt64) -> WholeRoot {
        var root: UInt64 = 0
        var remainder = radicand
        var digit: UInt64 = 1 &<< 14
        while digit != 0 {
            let trial = root | digit
            let fits = remainder >= trial
            remainder &-= fits ? trial : 0
            root = root &>> 1 | (fits ? digit : 0)
            digit = digit &>> 2
        }
        return (root, remainder)
    }
}
