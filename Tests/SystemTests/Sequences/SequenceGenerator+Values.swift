import TandemKernel

/// Values that find errors: borders, special values, and what lies beside them.
extension SequenceGenerator {
    mutating func interestingInteger() -> UInt64 {
        switch below(10) {
        case 0: return 0
        case 1: return UInt64.max
        case 2: return [0x8000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000, 0x7FFF_FFFF][Int(below(4))]
        case 3: return [0xFFFF_FFFF, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_0000_0000, 1][Int(below(4))]
        case 4: return (1 << UInt64(below(64))) &+ UInt64(below(3)) &- 1
        case 5: return UInt64(below(256))
        case 6: return 0 &- UInt64(below(256))
        case 7: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: random.next())))
        default: return random.next()
        }
    }

    /// A register of 64 bits: a double, a boxed single, or a single that is boxed wrongly.
    mutating func interestingFloat() -> UInt64 {
        switch below(20) {
        case 0..<10: return interestingDouble()
        case 10..<19: return 0xFFFF_FFFF_0000_0000 | UInt64(interestingSingle())
        default: return UInt64(random.next() >> 32) << 32 | UInt64(interestingSingle())
        }
    }

    private mutating func interestingDouble() -> UInt64 {
        let sign: UInt64 = oneIn(2) ? 1 << 63 : 0
        let magnitude: UInt64 =
            switch below(14) {
            case 0: 0
            case 1: 0x7FF0_0000_0000_0000  // infinity
            case 2: 0x7FF8_0000_0000_0000 | random.next() >> 13 & (oneIn(2) ? 0 : UInt64.max)  // quiet NaN
            case 3: 0x7FF0_0000_0000_0001 | random.next() >> 13  // NaN, signalling half the time
            case 4: 1  // the smallest subnormal
            case 5: 0x000F_FFFF_FFFF_FFFF &+ UInt64(below(3)) &- 1  // where subnormals end
            case 6: 0x7FEF_FFFF_FFFF_FFFF  // the largest
            case 7: 0x3FF0_0000_0000_0000 &+ UInt64(below(3)) &- 1  // about one
            case 8: UInt64(1023 &+ below(66)) << 52 | (oneIn(2) ? 0 : random.next() >> 12)  // about integers
            case 9: UInt64(1023 - 2 + below(4)) << 52 | (random.next() >> 12 & 0xF_F000_0000_0000)
            case 10: UInt64(880 + below(40)) << 52 | random.next() >> 12  // where singles end
            case 11: UInt64(1023 + 120 + below(12)) << 52 | random.next() >> 12
            default: random.next() >> 1
            }
        return sign | magnitude
    }

    private mutating func interestingSingle() -> UInt32 {
        let sign: UInt32 = oneIn(2) ? 1 << 31 : 0
        let any = UInt32(truncatingIfNeeded: random.next())
        let magnitude: UInt32 =
            switch below(12) {
            case 0: 0
            case 1: 0x7F80_0000
            case 2: 0x7FC0_0000
            case 3: 0x7F80_0001 | any >> 10
            case 4: 1
            case 5: 0x007F_FFFF &+ below(3) &- 1
            case 6: 0x7F7F_FFFF
            case 7: 0x3F80_0000 &+ below(3) &- 1
            case 8: (127 + below(66)) << 23 | (oneIn(2) ? 0 : any >> 9)
            case 9: (125 + below(4)) << 23 | (any >> 9 & 0x7F_0000)
            default: any >> 1
            }
        return sign | magnitude
    }
}
