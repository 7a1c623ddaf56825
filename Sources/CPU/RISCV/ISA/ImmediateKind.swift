/// How an instruction word holds its immediate (Unpriv. spec §2.3), in both directions.
///
/// A sixteen-bit instruction has scrambles of its own (`CompressedRow`); its expansion has one of these.
public enum ImmediateKind: UInt8, Sendable, Hashable, CaseIterable {
    case none
    /// Bits 31...20, signed: −2048...2047.
    case i
    /// Bits 31...25 and 11...7, signed: −2048...2047.
    case s
    /// A branch offset: −4096...4094, even.
    case b
    /// Bits 31...12 of the value, sign extended.
    case u
    /// A jump offset: −1048576...1048574, even.
    case j
    /// A shift amount of five bits: 0...31.
    case shift5
    /// A shift amount of six bits: 0...63.
    case shift6
    /// A CSR number: 0...4095.
    case csr
    /// fm, predecessor and successor sets of a fence, four bits each: 0...4095.
    case fence
    /// The offset of a prefetch: −2048...2016, a multiple of 32 (Unpriv. spec "CMO").
    case prefetch

    /// The immediate in `word`, sign extended where it is signed.
    @inline(__always)
    func extract(_ word: UInt32) -> Int64 {
        let signed = Int32(bitPattern: word)
        switch self {
        case .none: return 0
        case .i: return Int64(signed >> 20)
        case .s: return Int64(signed >> 25) << 5 | Self.field(word, 7, count: 5, to: 0)
        case .b:
            let middle = Self.field(word, 7, count: 1, to: 11) | Self.field(word, 25, count: 6, to: 5)
            return Int64(signed >> 31) << 12 | middle | Self.field(word, 8, count: 4, to: 1)
        case .u: return Int64(Int32(bitPattern: word & 0xffff_f000))
        case .j:
            let middle = Self.field(word, 12, count: 8, to: 12) | Self.field(word, 20, count: 1, to: 11)
            return Int64(signed >> 31) << 20 | middle | Self.field(word, 21, count: 10, to: 1)
        case .shift5: return Int64(word >> 20 & 0x1f)
        case .shift6: return Int64(word >> 20 & 0x3f)
        case .csr, .fence: return Int64(word >> 20)
        case .prefetch: return Int64((signed >> 25) << 5)
        }
    }

    /// The bits of a word that hold `value`. Bits of the value beyond the field are dropped: `range` and `alignment` say
    /// what fits.
    func insert(_ value: Int64) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: value)
        switch self {
        case .none: return 0
        case .i, .csr, .fence: return bits << 20
        case .s: return Self.bits(bits, 5, count: 7, to: 25) | Self.bits(bits, 0, count: 5, to: 7)
        case .b:
            let high = Self.bits(bits, 12, count: 1, to: 31) | Self.bits(bits, 5, count: 6, to: 25)
            return high | Self.bits(bits, 1, count: 4, to: 8) | Self.bits(bits, 11, count: 1, to: 7)
        case .u: return bits & 0xffff_f000
        case .j:
            let high = Self.bits(bits, 20, count: 1, to: 31) | Self.bits(bits, 1, count: 10, to: 21)
            return high | Self.bits(bits, 11, count: 1, to: 20) | bits & 0xff000
        case .shift5: return (bits & 0x1f) << 20
        case .shift6: return (bits & 0x3f) << 20
        case .prefetch: return (bits >> 5 & 0x7f) << 25
        }
    }

    /// `count` bits of `value` from bit `low`, moved to bit `place`.
    @inline(__always)
    private static func bits(_ value: UInt32, _ low: UInt32, count: UInt32, to place: UInt32) -> UInt32 {
        (value >> low & ((1 << count) &- 1)) << place
    }

    @inline(__always)
    private static func field(_ word: UInt32, _ low: UInt32, count: UInt32, to place: UInt32) -> Int64 {
        Int64(bits(word, low, count: count, to: place))
    }

    /// The values that fit.
    public var range: ClosedRange<Int64> {
        switch self {
        case .none: 0...0
        case .i, .s, .prefetch: -2048...2047
        case .b: -4096...4095
        case .u: -0x8000_0000...0x7fff_ffff
        case .j: -0x10_0000...0xf_ffff
        case .shift5: 0...31
        case .shift6: 0...63
        case .csr, .fence: 0...4095
        }
    }

    /// What the value must be a multiple of.
    public var alignment: Int64 {
        switch self {
        case .none, .i, .s, .shift5, .shift6, .csr, .fence: 1
        case .b, .j: 2
        case .u: 4096
        case .prefetch: 32
        }
    }
}
