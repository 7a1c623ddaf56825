import Testing

@testable import TandemCPU

@Suite("Soft-float: integer square roots")
struct IntegerSquareRootTests {
    @Test("a root is the largest whose square does not exceed the radicand", arguments: [0x5eed_0030 as UInt64])
    func largestRoot(seed: UInt64) {
        var draw = FloatDraw(seed: seed)
        for _ in 0..<4_000 {
            let high = draw.fraction(width: 62) | 1 << (62 + draw.next() & 1)
            let double = UInt64.squareRoot(high: high)
            let doubleRest = (UInt128(high) << 64).subtractingReportingOverflow(
                UInt128(double.root) * UInt128(double.root))
            #expect(
                !doubleRest.overflow && doubleRest.partialValue <= UInt128(double.root) * 2
                    && double.isExact == (doubleRest.partialValue == 0), "\(high)")

            let short = UInt32(truncatingIfNeeded: high >> 32)
            let single = UInt32.squareRoot(high: short)
            let singleRest = (UInt64(short) << 32).subtractingReportingOverflow(
                UInt64(single.root) * UInt64(single.root))
            #expect(
                !singleRest.overflow && singleRest.partialValue <= UInt64(single.root) * 2
                    && single.isExact == (singleRest.partialValue == 0), "\(short)")
        }
    }

    @Test("perfect squares are exact and their neighbours are not")
    func perfectSquares() {
        for root in [0x8000_0001, 0xb504_f334, 0xffff_fffe, 0xffff_ffff] as [UInt64] {
            let square = root * root
            #expect(UInt64.squareRoot(high: square) == (root << 32, true))
            #expect(!UInt64.squareRoot(high: square - 1).isExact)
            #expect(UInt64.squareRoot(high: square + 1) == (root << 32, false))
        }
    }
}
