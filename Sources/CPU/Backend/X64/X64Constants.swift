import TandemX64

/// Constants that floating-point code reads from memory, in front of the common code: 16 bytes each, the upper 8 zero.
///
/// Those of singles are of the operand's own width, in the lowest bytes.
enum X64Constant: Int, CaseIterable {
    // Bit patterns.
    case doubleNaN, singleNaN, doubleSign, singleSign, doubleMagnitude, singleMagnitude
    /// What a boxed single has in its upper half (Unpriv. spec "NaN Boxing of Narrower Values").
    case box
    // Bounds of conversions to unsigned integers.
    case doubleMinusOne, doubleMinusHalf, doubleWordEnd, doubleWordTie, doubleHalfRange, doubleEnd
    case singleMinusOne, singleMinusHalf, singleWordEnd, singleHalfRange, singleEnd

    var bits: UInt64 {
        switch self {
        case .doubleNaN: 0x7ff8_0000_0000_0000
        case .singleNaN: 0x7fc0_0000
        case .doubleSign: 1 << 63
        case .singleSign: 1 << 31
        case .doubleMagnitude: .max >> 1
        case .singleMagnitude: 0x7fff_ffff
        case .box: 0xffff_ffff_0000_0000
        case .doubleMinusOne: (-1.0).bitPattern
        case .doubleMinusHalf: (-0.5).bitPattern
        case .doubleWordEnd: 0x1p32.bitPattern
        // Half-way between the largest word and what lies above: rounds to the even one, which no word holds.
        case .doubleWordTie: 4294967295.5.bitPattern
        case .doubleHalfRange: 0x1p63.bitPattern
        case .doubleEnd: 0x1p64.bitPattern
        case .singleMinusOne: UInt64(Float(-1).bitPattern)
        case .singleMinusHalf: UInt64(Float(-0.5).bitPattern)
        case .singleWordEnd: UInt64(Float(0x1p32).bitPattern)
        case .singleHalfRange: UInt64(Float(0x1p63).bitPattern)
        case .singleEnd: UInt64(Float(0x1p64).bitPattern)
        }
    }

    static func emitAll(_ asm: inout Assembler) {
        asm.align(to: 64)
        for constant in allCases {
            asm.data(constant.bits)
            asm.data(0)
        }
    }
}
