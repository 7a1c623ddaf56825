import Testing

@testable import TandemCPU

@Suite("Soft-float: conversions to and from integers")
struct IntegerConversionTests {
    private func check<Integer: FixedWidthInteger & Sendable>(
        _ value: Double, _ rounding: RoundingMode, _ wanted: Integer, _ raised: FloatFlags
    ) {
        var flags = FloatFlags()
        let double: Integer = SoftFloat.integer(from: value.bitPattern, rounding: rounding, flags: &flags)
        #expect(double == wanted, "\(value) \(rounding)")
        #expect(flags == raised, "\(value) \(rounding)")
        guard value.isNaN || Double(Float(value)) == value else { return }
        flags = []
        let single: Integer = SoftFloat.integer(from: Float(value).bitPattern, rounding: rounding, flags: &flags)
        #expect(single == wanted, "\(value) \(rounding)")
        #expect(flags == raised, "\(value) \(rounding)")
    }

    @Test("what an integer cannot hold saturates, a NaN as if positive, and is invalid but not inexact")
    func saturation() {
        for rounding in RoundingMode.allCases {
            for value in [Double.infinity, .nan, -.nan, .signalingNaN, 1e300, 0x1p64] {
                check(value, rounding, Int32.max, .invalid)
                check(value, rounding, UInt32.max, .invalid)
                check(value, rounding, Int64.max, .invalid)
                check(value, rounding, UInt64.max, .invalid)
            }
            for value in [-Double.infinity, -1e300, -0x1p65] {
                check(value, rounding, Int32.min, .invalid)
                check(value, rounding, UInt32(0), .invalid)
                check(value, rounding, Int64.min, .invalid)
                check(value, rounding, UInt64(0), .invalid)
            }
        }
    }

    @Test("the ends of each range convert exactly")
    func rangeEnds() {
        for rounding in RoundingMode.allCases {
            check(-0x1p31, rounding, Int32.min, [])
            check(0x1p31 - 1, rounding, Int32.max, [])
            check(0x1p32 - 1, rounding, UInt32.max, [])
            check(-0x1p63, rounding, Int64.min, [])
            check(0x1p63, rounding, Int64.max, .invalid)
            check(0x1p63, rounding, UInt64(1) << 63, [])
            check(0x1p64 - 0x1p11, rounding, UInt64.max - 0x7ff, [])
            check(0.0, rounding, UInt32(0), [])
            check(-0.0, rounding, Int64(0), [])
        }
    }

    @Test("range is judged after rounding")
    func rangeAfterRounding() {
        check(-0.75, .towardZero, UInt64(0), .inexact)
        check(-0.75, .up, UInt32(0), .inexact)
        check(-0.75, .down, UInt32(0), .invalid)
        check(-0.75, .nearestEven, UInt64(0), .invalid)
        check(-0.5, .nearestEven, UInt64(0), .inexact)
        check(-0.5, .nearestMaxMagnitude, UInt64(0), .invalid)
        check(0x1p31 - 0.5, .towardZero, Int32.max, .inexact)
        check(0x1p31 - 0.5, .nearestEven, Int32.max, .invalid)
        check(-0x1p31 - 0.5, .nearestEven, Int32.min, .inexact)
        check(-0x1p31 - 0.5, .nearestMaxMagnitude, Int32.min, .invalid)
        check(-0x1p31 - 0.5, .down, Int32.min, .invalid)
        check(0x1p32 - 0.5, .up, UInt32.max, .invalid)
        check(0x1p32 - 0.5, .down, UInt32.max, .inexact)
    }

    @Test("halves go to even, to zero, down, up and away as the direction says")
    func halves() {
        let table: [(Double, [Int32])] = [
            (2.5, [2, 2, 2, 3, 3]), (3.5, [4, 3, 3, 4, 4]), (-2.5, [-2, -2, -3, -2, -3]), (0.5, [0, 0, 0, 1, 1]),
            (-0.5, [0, 0, -1, 0, -1]), (.leastNonzeroMagnitude, [0, 0, 0, 1, 0]),
            (-.leastNonzeroMagnitude, [0, 0, -1, 0, 0]),
        ]
        for (value, wanted) in table {
            for rounding in RoundingMode.allCases {
                check(value, rounding, wanted[Int(rounding.rawValue)], .inexact)
            }
        }
    }

    private func direction(_ rounding: RoundingMode) -> FloatingPointRoundingRule {
        switch rounding {
        case .nearestEven: .toNearestOrEven
        case .towardZero: .towardZero
        case .down: .down
        case .up: .up
        case .nearestMaxMagnitude: .toNearestOrAwayFromZero
        }
    }

    /// Swift's own rounding knows all five directions, and `exactly:` tells whether the result fits.
    private func checkRandom<Value: BinaryFloatingPoint, Bits: FloatBits, Integer: FixedWidthInteger & Sendable>(
        _ value: Value, _ bits: Bits, _ rounding: RoundingMode, as type: Integer.Type
    ) {
        let rounded = value.rounded(direction(rounding))
        let exact = Integer(exactly: rounded)
        var flags = FloatFlags()
        let result: Integer = SoftFloat.integer(from: bits, rounding: rounding, flags: &flags)
        let saturated = rounded < 0 ? Integer.min : Integer.max
        let raised: FloatFlags = exact == nil ? .invalid : rounded == value ? [] : .inexact
        if result != exact ?? saturated || flags != raised {
            Issue.record("\(value) \(rounding) as \(type): \(result) \(flags)")
        }
    }

    @Test("random numbers round as Swift rounds them in all five directions", arguments: [0x5eed_0010 as UInt64])
    func random(seed: UInt64) {
        var draw = FloatDraw(seed: seed)
        for _ in 0..<4_000 {
            let rounding = RoundingMode(rawValue: UInt8(draw.next() % 5)) ?? .nearestEven
            let near = [0, 31, 52, 63].randomElement(using: &draw) ?? 0
            let double = draw.bits(as: UInt64.self, near: 1023 + near)
            let single = draw.bits(as: UInt32.self, near: 127 + near)
            let (d, s) = (Double(bitPattern: double), Float(bitPattern: single))
            checkRandom(d, double, rounding, as: Int32.self)
            checkRandom(d, double, rounding, as: UInt32.self)
            checkRandom(d, double, rounding, as: Int64.self)
            checkRandom(d, double, rounding, as: UInt64.self)
            checkRandom(s, single, rounding, as: Int32.self)
            checkRandom(s, single, rounding, as: UInt32.self)
            checkRandom(s, single, rounding, as: Int64.self)
            checkRandom(s, single, rounding, as: UInt64.self)
            var flags = FloatFlags()
            let integral = SoftFloat.roundToIntegral(double, rounding: rounding, signalsInexact: true, flags: &flags)
            let wanted = d.rounded(direction(rounding))
            let isRight = d.isNaN ? integral == SoftFloat.Format.canonicalNaN : integral == wanted.bitPattern
            #expect(isRight, "\(d) \(rounding)")
            if !d.isNaN { #expect(flags == (wanted == d ? [] : .inexact), "\(d) \(rounding)") }
        }
    }

    @Test("without `signalsInexact`, rounding to an integral number raises nothing")
    func quietRounding() {
        var flags = FloatFlags()
        let result = SoftFloat.roundToIntegral(
            Float(2.5).bitPattern, rounding: .up, signalsInexact: false, flags: &flags)
        #expect(result == Float(3).bitPattern)
        #expect(flags == [])
    }
}
