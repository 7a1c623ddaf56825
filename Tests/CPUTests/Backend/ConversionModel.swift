@testable import TandemCPU

/// Conversions between integers and floating point, in exact 128-bit arithmetic: the fraction that is lost decides.
enum ConversionModel {
    struct Outcome: Equatable {
        var bits: UInt64
        var flags: FloatFlags = []
    }

    /// Whether a magnitude must grow by one, when `lost` of `unit` is cut off from it.
    private static func roundsUp(
        isOdd: Bool, lost: UInt128, unit: UInt128, isNegative: Bool, _ mode: RoundingMode
    ) -> Bool {
        guard lost != 0 else { return false }
        switch mode {
        case .nearestEven: return lost * 2 > unit || lost * 2 == unit && isOdd
        case .nearestMaxMagnitude: return lost * 2 >= unit
        case .towardZero: return false
        case .down: return isNegative
        case .up: return !isNegative
        }
    }

    /// An integer as binary32 (`fractionWidth` 23) or binary64 (52).
    static func float(_ value: Int128, fractionWidth: Int, _ mode: RoundingMode) -> Outcome {
        guard value != 0 else { return Outcome(bits: 0) }
        let isNegative = value < 0
        var magnitude = UInt128(isNegative ? -value : value)
        var exponent = 127 - magnitude.leadingZeroBitCount
        var flags: FloatFlags = []
        if exponent > fractionWidth {
            let cut = UInt128(exponent - fractionWidth)
            let lost = magnitude & ((1 << cut) - 1)
            magnitude >>= cut
            if lost != 0 { flags = .inexact }
            let isOdd = magnitude & 1 == 1
            if roundsUp(isOdd: isOdd, lost: lost, unit: 1 << cut, isNegative: isNegative, mode) { magnitude += 1 }
            if magnitude >> UInt128(fractionWidth + 1) != 0 {
                magnitude >>= 1
                exponent += 1
            }
        } else {
            magnitude <<= UInt128(fractionWidth - exponent)
        }
        let bias = fractionWidth == 23 ? 127 : 1023
        let fraction = UInt64(magnitude) & (1 << UInt64(fractionWidth) - 1)
        let sign: UInt64 = isNegative ? 1 << (fractionWidth == 23 ? 31 : 63) : 0
        return Outcome(bits: sign | UInt64(exponent + bias) << UInt64(fractionWidth) | fraction, flags: flags)
    }

    /// A binary64 as an integer within `range`: out of it, and for NaN, the nearest end with “invalid”
    /// (Unpriv. spec "F", table of the domains of conversions).
    static func integer(_ value: Double, _ range: ClosedRange<Int128>, _ mode: RoundingMode) -> (Int128, FloatFlags) {
        if value.isNaN || value == .infinity { return (range.upperBound, .invalid) }
        if value == -.infinity { return (range.lowerBound, .invalid) }
        let isNegative = value.sign == .minus
        let exponent = value == 0 ? 0 : Int(value.exponent)
        if exponent >= 100 { return (isNegative ? range.lowerBound : range.upperBound, .invalid) }
        var magnitude: UInt128 = 0
        var isInexact = false
        if exponent < -1 {
            isInexact = value != 0
            if roundsUp(isOdd: false, lost: isInexact ? 1 : 0, unit: 4, isNegative: isNegative, mode) { magnitude = 1 }
        } else if value != 0 {
            let significand = UInt128(value.isNormal ? value.significandBitPattern | 1 << 52 : 0)
            if exponent >= 52 {
                magnitude = significand << UInt128(exponent - 52)
            } else {
                let cut = UInt128(52 - exponent)
                let lost = significand & ((1 << cut) - 1)
                magnitude = significand >> cut
                isInexact = lost != 0
                let isOdd = magnitude & 1 == 1
                if roundsUp(isOdd: isOdd, lost: lost, unit: 1 << cut, isNegative: isNegative, mode) { magnitude += 1 }
            }
        }
        let result = isNegative ? -Int128(magnitude) : Int128(magnitude)
        if result > range.upperBound { return (range.upperBound, .invalid) }
        if result < range.lowerBound { return (range.lowerBound, .invalid) }
        return (result, isInexact ? .inexact : [])
    }
}
