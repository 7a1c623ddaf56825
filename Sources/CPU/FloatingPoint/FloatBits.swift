/// An unsigned integer that carries the bit pattern of a binary interchange format (IEEE 754-2019 §3.4):
/// `UInt32` for binary32 and `UInt64` for binary64.
///
/// Everything else about a format follows from the two widths and is found in `SoftFloat.Format`, so that integers
/// gain no floating-point members.
protocol FloatBits: FixedWidthInteger, UnsignedInteger, Sendable {
    /// An integer of twice the width; holds an exact product of two significands and an addend.
    associatedtype Wide: FixedWidthInteger & UnsignedInteger & Sendable

    /// Width of the biased exponent field in bits.
    static var floatExponentWidth: Int { get }

    /// The integer square root of `high · 2^bitWidth`, rounded down, and whether it is exact.
    /// At least one of the two top bits of `high` must be set; the root then has its top bit set.
    static func squareRoot(high: Self) -> (root: Self, isExact: Bool)
}

extension UInt32: FloatBits {
    typealias Wide = UInt64

    static var floatExponentWidth: Int {
        @inline(__always) get { 8 }
    }
}

extension UInt64: FloatBits {
    typealias Wide = UInt128

    static var floatExponentWidth: Int {
        @inline(__always) get { 11 }
    }
}

extension SoftFloat {
    /// Constants and predicates of the format whose bit patterns are `Bits`.
    enum Format<Bits: FloatBits> {
        /// Width of the stored fraction in bits; the precision is one more.
        @inline(__always) static var fractionWidth: Int { Bits.bitWidth &- 1 &- Bits.floatExponentWidth }

        /// The biased exponent of infinities and NaNs.
        @inline(__always) static var maximumExponent: Int { (1 &<< Bits.floatExponentWidth) &- 1 }

        /// What is added to a mathematical exponent to store it.
        @inline(__always) static var bias: Int { maximumExponent &>> 1 }

        @inline(__always) static var signMask: Bits { 1 &<< Bits(truncatingIfNeeded: Bits.bitWidth &- 1) }

        @inline(__always) static var fractionMask: Bits { (1 &<< Bits(truncatingIfNeeded: fractionWidth)) &- 1 }

        /// Positive infinity; as an integer, more than every finite magnitude and less than every NaN's.
        @inline(__always) static var infinity: Bits { signMask &- (1 &<< Bits(truncatingIfNeeded: fractionWidth)) }

        @inline(__always) static var largestFinite: Bits { infinity &- 1 }

        /// Set in a quiet NaN and clear in a signalling one (IEEE 754-2019 §6.2.1).
        @inline(__always) static var quietBit: Bits { 1 &<< Bits(truncatingIfNeeded: fractionWidth &- 1) }

        /// The one NaN that operations deliver (RISC-V Unprivileged spec, "NaN Generation and Propagation").
        @inline(__always) static var canonicalNaN: Bits { infinity | quietBit }

        @inline(__always) static func magnitude(_ value: Bits) -> Bits { value & ~signMask }

        @inline(__always) static func sign(_ value: Bits) -> Bits { value & signMask }

        @inline(__always) static func isNaN(_ value: Bits) -> Bool { magnitude(value) > infinity }

        @inline(__always) static func isSignallingNaN(_ value: Bits) -> Bool {
            isNaN(value) && value & quietBit == 0
        }

        /// The biased exponent field: 0 for zero and subnormals.
        @inline(__always) static func exponent(_ value: Bits) -> Int {
            Int(truncatingIfNeeded: magnitude(value) &>> Bits(truncatingIfNeeded: fractionWidth))
        }

        /// Whether `value` is finite, not zero and not subnormal.
        @inline(__always) static func isNormal(_ value: Bits) -> Bool {
            UInt(bitPattern: exponent(value) &- 1) < UInt(bitPattern: maximumExponent &- 1)
        }
    }

    /// The magnitude of a finite number that is not zero: `significand · 2^(exponent − bias − (bitWidth − 1))`.
    struct Unpacked<Bits: FloatBits> {
        /// Biased, of the leading bit; at or below 0 for a magnitude below the smallest normal one.
        var exponent: Int
        /// The top bit is set.
        var significand: Bits

        @inline(__always) init(exponent: Int, significand: Bits) {
            self.exponent = exponent
            self.significand = significand
        }

        /// Shifting by the width of the exponent field leaves exactly the place of the hidden bit above the fraction.
        @inline(__always) init(normal value: Bits) {
            exponent = Format.exponent(value)
            significand = (value &<< Bits(truncatingIfNeeded: Bits.floatExponentWidth)) | Format<Bits>.signMask
        }

        @inline(__always) init(finiteNonzero value: Bits) {
            self.init(normal: value)
            if exponent == 0 {
                significand &-= Format<Bits>.signMask
                let zeros = significand.leadingZeroBitCount
                exponent = 1 &- zeros
                significand = significand &<< Bits(truncatingIfNeeded: zeros)
            }
        }
    }
}
