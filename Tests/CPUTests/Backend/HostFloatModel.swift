#if canImport(Glibc)
    import Glibc

    @testable import TandemCPU

    /// The floating-point operations of the intermediate form by the host's own unit: its rounding mode, its flags, and
    /// RISC-V's rules for NaN.
    enum HostFloatModel {
        typealias Outcome = ConversionModel.Outcome

        /// Rounding modes that the host has; it lacks the tie to the larger magnitude.
        static let roundings: [(RoundingMode, Int32)] = [
            (.nearestEven, FE_TONEAREST), (.towardZero, FE_TOWARDZERO), (.down, FE_DOWNWARD), (.up, FE_UPWARD),
        ]

        private static let all: Int32 = FE_INEXACT | FE_UNDERFLOW | FE_OVERFLOW | FE_DIVBYZERO | FE_INVALID

        /// Not optimised, so that the arithmetic stays between the calls that set and read the environment.
        @inline(never)
        @_optimize(none)
        private static func measure(_ rounding: Int32, _ body: () -> UInt64) -> Outcome {
            _ = fesetround(rounding)
            _ = feclearexcept(all)
            let bits = body()
            let raised = fetestexcept(all)
            _ = fesetround(FE_TONEAREST)
            var flags = FloatFlags()
            if raised & FE_INEXACT != 0 { flags.insert(.inexact) }
            if raised & FE_UNDERFLOW != 0 { flags.insert(.underflow) }
            if raised & FE_OVERFLOW != 0 { flags.insert(.overflow) }
            if raised & FE_DIVBYZERO != 0 { flags.insert(.divideByZero) }
            if raised & FE_INVALID != 0 { flags.insert(.invalid) }
            return Outcome(bits: bits, flags: flags)
        }

        @inline(never)
        @_optimize(none)
        private static func arithmetic<Value: BinaryFloatingPoint>(
            _ opcode: IROpcode, _ a: Value, _ b: Value, _ c: Value
        ) -> Value {
            switch opcode {
            case .floatAdd: return a + b
            case .floatSub: return a - b
            case .floatMul: return a * b
            case .floatDiv: return a / b
            case .floatSqrt: return a.squareRoot()
            case .floatMulAdd: return c.addingProduct(a, b)
            case .floatMulSub: return (-c).addingProduct(a, b)
            case .floatNegMulSub: return c.addingProduct(-a, b)
            case .floatNegMulAdd: return (-c).addingProduct(-a, b)
            default: preconditionFailure("\(opcode) is not host arithmetic")
            }
        }

        /// Arithmetic that rounds. A fused product of zero and infinity is invalid even if a quiet NaN is added
        /// (Unpriv. spec "F", fused multiply-add), where the host may do otherwise.
        static func rounded(
            _ opcode: IROpcode, _ type: IRType, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ rounding: Int32
        ) -> Outcome {
            if type == .f64 {
                let (x, y, z) = (Double(bitPattern: a), Double(bitPattern: b), Double(bitPattern: c))
                var outcome = measure(rounding) {
                    let result = arithmetic(opcode, x, y, z)
                    return result.isNaN ? 0x7ff8_0000_0000_0000 : result.bitPattern
                }
                if isFused(opcode), isZeroByInfinity(x, y) { outcome.flags.insert(.invalid) }
                return outcome
            }
            let x = Float(bitPattern: UInt32(truncatingIfNeeded: a))
            let y = Float(bitPattern: UInt32(truncatingIfNeeded: b))
            let z = Float(bitPattern: UInt32(truncatingIfNeeded: c))
            var outcome = measure(rounding) {
                let result = arithmetic(opcode, x, y, z)
                return result.isNaN ? 0x7fc0_0000 : UInt64(result.bitPattern)
            }
            if isFused(opcode), isZeroByInfinity(x, y) { outcome.flags.insert(.invalid) }
            return outcome
        }

        private static func isFused(_ opcode: IROpcode) -> Bool {
            opcode.rawValue >= IROpcode.floatMulAdd.rawValue && opcode.rawValue <= IROpcode.floatNegMulAdd.rawValue
        }

        private static func isZeroByInfinity<Value: BinaryFloatingPoint>(_ a: Value, _ b: Value) -> Bool {
            a.isZero && b.isInfinite || a.isInfinite && b.isZero
        }

        static func narrowed(_ a: UInt64, _ rounding: Int32) -> Outcome {
            measure(rounding) {
                let result = Float(Double(bitPattern: a))
                return result.isNaN ? 0x7fc0_0000 : UInt64(result.bitPattern)
            }
        }

        static func widened(_ a: UInt64) -> Outcome {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: a))
            if value.isNaN {
                return Outcome(bits: 0x7ff8_0000_0000_0000, flags: value.isSignalingNaN ? .invalid : [])
            }
            return Outcome(bits: Double(value).bitPattern)
        }

        /// Comparisons, minimum and maximum, classification and signs (Unpriv. spec "F" and "D").
        static func exact<Value: BinaryFloatingPoint>(
            _ opcode: IROpcode, _ a: Value, _ b: Value, bits: (Value) -> UInt64, canonicalNaN: UInt64
        ) -> Outcome {
            let signaling = a.isSignalingNaN || b.isSignalingNaN
            let unordered = a.isNaN || b.isNaN
            switch opcode {
            case .floatEqual: return Outcome(bits: a == b ? 1 : 0, flags: signaling ? .invalid : [])
            case .floatLess: return Outcome(bits: a < b ? 1 : 0, flags: unordered ? .invalid : [])
            case .floatLessEqual: return Outcome(bits: a <= b ? 1 : 0, flags: unordered ? .invalid : [])
            case .floatMin, .floatMax:
                let flags: FloatFlags = signaling ? .invalid : []
                if a.isNaN, b.isNaN { return Outcome(bits: canonicalNaN, flags: flags) }
                if a.isNaN { return Outcome(bits: bits(b), flags: flags) }
                if b.isNaN { return Outcome(bits: bits(a), flags: flags) }
                // −0 is less than +0.
                let isLess = a < b || a == b && a.sign == .minus
                return Outcome(bits: bits(isLess == (opcode == .floatMin) ? a : b), flags: flags)
            case .floatClassify: return Outcome(bits: 1 << UInt64(classNumber(a)))
            case .copySign: return Outcome(bits: bits(Value(sign: b.sign, of: a)))
            case .copySignNegated: return Outcome(bits: bits(Value(sign: b.sign == .plus ? .minus : .plus, of: a)))
            default: return Outcome(bits: bits(Value(sign: a.sign == b.sign ? .plus : .minus, of: a)))
            }
        }

        /// The bit of FCLASS (Unpriv. spec "F", table of FCLASS).
        private static func classNumber<Value: BinaryFloatingPoint>(_ value: Value) -> Int {
            switch value.floatingPointClass {
            case .negativeInfinity: 0
            case .negativeNormal: 1
            case .negativeSubnormal: 2
            case .negativeZero: 3
            case .positiveZero: 4
            case .positiveSubnormal: 5
            case .positiveNormal: 6
            case .positiveInfinity: 7
            case .signalingNaN: 8
            case .quietNaN: 9
            }
        }
    }

    extension BinaryFloatingPoint {
        /// `magnitude` with a sign, NaN payloads included.
        fileprivate init(sign: FloatingPointSign, of magnitude: Self) {
            self = magnitude.sign == sign ? magnitude : -magnitude
        }
    }
#endif
