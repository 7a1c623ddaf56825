#if canImport(Glibc)
    import Glibc
    import Testing

    @testable import TandemCPU

    private let allExceptions: Int32 = FE_INEXACT | FE_UNDERFLOW | FE_OVERFLOW | FE_DIVBYZERO | FE_INVALID

    /// What the host's floating-point unit delivers and raises for one operation. Not optimised, so that the operation stays
    /// between the calls that set up and read the environment.
    @inline(never)
    @_optimize(none)
    private func onHost<Value>(_ rounding: Int32, _ operation: () -> Value) -> (value: Value, flags: FloatFlags) {
        _ = fesetround(rounding)
        _ = feclearexcept(allExceptions)
        let value = operation()
        let raised = fetestexcept(allExceptions)
        _ = fesetround(FE_TONEAREST)
        var flags = FloatFlags()
        if raised & FE_INEXACT != 0 { flags.insert(.inexact) }
        if raised & FE_UNDERFLOW != 0 { flags.insert(.underflow) }
        if raised & FE_OVERFLOW != 0 { flags.insert(.overflow) }
        if raised & FE_DIVBYZERO != 0 { flags.insert(.divideByZero) }
        if raised & FE_INVALID != 0 { flags.insert(.invalid) }
        return (value, flags)
    }

    @Suite("Soft-float: comparison with the host")
    struct HostComparisonTests {
        private static let compared: [FloatOperation] = [
            .add, .sub, .mul, .div, .sqrt, .fma, .cvt, .fromInt32, .fromInt64,
        ]

        @inline(never)
        @_optimize(none)
        private func double(_ operation: FloatOperation, _ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
            let (x, y, z) = (Double(bitPattern: a), Double(bitPattern: b), Double(bitPattern: c))
            let result: Double
            switch operation {
            case .add: result = x + y
            case .sub: result = x - y
            case .mul: result = x * y
            case .div: result = x / y
            case .sqrt: result = x.squareRoot()
            case .fma: result = z.addingProduct(x, y)
            case .fromInt32: result = Double(Int32(truncatingIfNeeded: a))
            case .fromInt64: result = Double(Int64(bitPattern: a))
            default:
                let narrowed = Float(x)
                return UInt64(narrowed.isNaN ? 0x7fc0_0000 : narrowed.bitPattern)
            }
            return result.isNaN ? 0x7ff8_0000_0000_0000 : result.bitPattern
        }

        @inline(never)
        @_optimize(none)
        private func single(_ operation: FloatOperation, _ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
            let x = Float(bitPattern: UInt32(truncatingIfNeeded: a))
            let y = Float(bitPattern: UInt32(truncatingIfNeeded: b))
            let z = Float(bitPattern: UInt32(truncatingIfNeeded: c))
            let result: Float
            switch operation {
            case .add: result = x + y
            case .sub: result = x - y
            case .mul: result = x * y
            case .div: result = x / y
            case .sqrt: result = x.squareRoot()
            case .fma: result = z.addingProduct(x, y)
            case .fromInt32: result = Float(Int32(truncatingIfNeeded: a))
            case .fromInt64: result = Float(Int64(bitPattern: a))
            default:
                let widened = Double(x)
                return widened.isNaN ? 0x7ff8_0000_0000_0000 : widened.bitPattern
            }
            return UInt64(result.isNaN ? 0x7fc0_0000 : result.bitPattern)
        }

        private func operands(_ operation: FloatOperation, isDouble: Bool, _ draw: inout FloatDraw)
            -> (UInt64, UInt64, UInt64)
        {
            if operation == .fromInt32 || operation == .fromInt64 {
                let value = draw.fraction(width: 64) >> (draw.next() & 63)
                return (draw.next() & 1 == 0 ? value : 0 &- value, 0, 0)
            }
            if isDouble {
                let (a, b, c) = draw.operands(as: UInt64.self)
                // A quarter of them where binary32 overflows or becomes subnormal.
                let isNarrow = operation == .cvt && draw.next() & 3 == 0
                return (isNarrow ? draw.bits(as: UInt64.self, near: draw.next() & 1 == 0 ? 1150 : 890) : a, b, c)
            }
            let (a, b, c) = draw.operands(as: UInt32.self)
            return (UInt64(a), UInt64(b), UInt64(c))
        }

        @Test(
            "random operands give the host's bits when rounding to nearest even", arguments: compared,
            [0x5eed_0020 as UInt64])
        func nearestEven(_ operation: FloatOperation, seed: UInt64) {
            var draw = FloatDraw(seed: seed)
            for _ in 0..<3_000 {
                var flags = FloatFlags()
                let (a, b, c) = operands(operation, isDouble: true, &draw)
                let bits = operation.evaluate(as: UInt64.self, a, b, c, rounding: .nearestEven, flags: &flags)
                let wanted = double(operation, a, b, c)
                if bits != wanted { record(operation, a, b, c, "\(bits), not \(wanted)") }
                let (d, e, f) = operands(operation, isDouble: false, &draw)
                let shortBits = operation.evaluate(as: UInt32.self, d, e, f, rounding: .nearestEven, flags: &flags)
                let shortWanted = single(operation, d, e, f)
                if shortBits != shortWanted { record(operation, d, e, f, "\(shortBits), not \(shortWanted)") }
            }
        }

        @Test("random numbers compare as on the host", arguments: [0x5eed_0022 as UInt64])
        func comparison(seed: UInt64) {
            var draw = FloatDraw(seed: seed)
            for _ in 0..<4_000 {
                let a = draw.bits(as: UInt64.self)
                let b = [a, a ^ 1 << 63, draw.bits(as: UInt64.self), a &+ 1].randomElement(using: &draw) ?? a
                let (x, y) = (Double(bitPattern: a), Double(bitPattern: b))
                var flags = FloatFlags()
                #expect(SoftFloat.isEqual(a, b, flags: &flags) == (x == y), "\(x) \(y)")
                #expect(SoftFloat.isLess(a, b, flags: &flags) == (x < y), "\(x) \(y)")
                #expect(SoftFloat.isLessOrEqual(a, b, flags: &flags) == (x <= y), "\(x) \(y)")
                guard !x.isNaN, !y.isNaN, x != y else { continue }
                #expect(SoftFloat.minimum(a, b, flags: &flags) == (x < y ? a : b), "\(x) \(y)")
                #expect(SoftFloat.maximum(a, b, flags: &flags) == (x < y ? b : a), "\(x) \(y)")
            }
        }

        // SSE detects tininess after rounding, as RISC-V does (Intel SDM vol. 1 §4.9.1.5); other hosts may not.
        #if arch(x86_64)
            @Test(
                "random operands give the host's bits and flags in the four directions that it has",
                arguments: compared,
                [0x5eed_0021 as UInt64])
            func directed(_ operation: FloatOperation, seed: UInt64) {
                var draw = FloatDraw(seed: seed)
                let directions: [(RoundingMode, Int32)] = [
                    (.nearestEven, FE_TONEAREST), (.towardZero, FE_TOWARDZERO), (.down, FE_DOWNWARD), (.up, FE_UPWARD),
                ]
                for index in 0..<3_000 {
                    let (rounding, hostRounding) = directions[index & 3]
                    let isDouble = index & 4 == 0
                    let (a, b, c) = operands(operation, isDouble: isDouble, &draw)
                    var (bits, raised) = onHost(hostRounding) {
                        isDouble ? double(operation, a, b, c) : single(operation, a, b, c)
                    }
                    // Where the standard leaves the choice (§7.2), the host does not raise it for ∞ · 0 beside a quiet NaN.
                    if operation == .fma && isInfinityTimesZero(a, b, isDouble: isDouble) { raised.insert(.invalid) }
                    var flags = FloatFlags()
                    let result =
                        isDouble
                        ? operation.evaluate(as: UInt64.self, a, b, c, rounding: rounding, flags: &flags)
                        : operation.evaluate(as: UInt32.self, a, b, c, rounding: rounding, flags: &flags)
                    let outcome = FloatOutcome(bits: result, flags: flags)
                    let wanted = FloatOutcome(bits: bits, flags: raised)
                    if outcome != wanted { record(operation, a, b, c, "\(rounding): \(outcome), not \(wanted)") }
                }
            }

            private func isInfinityTimesZero(_ a: UInt64, _ b: UInt64, isDouble: Bool) -> Bool {
                let values = [a, b].map {
                    isDouble ? Double(bitPattern: $0) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0)))
                }
                return values.contains { $0.isInfinite } && values.contains { $0.isZero }
            }
        #endif

        private func record(_ operation: FloatOperation, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ text: String) {
            let operands = [a, b, c].map { String($0, radix: 16) }.joined(separator: " ")
            Issue.record("\(operation) \(operands): \(text)")
        }
    }
#endif
