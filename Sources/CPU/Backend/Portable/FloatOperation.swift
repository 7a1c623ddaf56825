/// The floating-point operations of the portable back-end, by the integer soft-float.
enum FloatOperation {
    static func evaluate(
        _ fields: RareFields, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ flags: inout FloatFlags
    ) -> UInt64 {
        switch fields.opcode {
        case .floatFromInt32, .floatFromUInt32, .floatFromInt64, .floatFromUInt64:
            return convert(fields, a, &flags)
        case .boxFloat32: return a & 0xffff_ffff | 0xffff_ffff_0000_0000
        // A value that is not properly boxed reads as the canonical NaN (Unpriv. spec "NaN Boxing of Narrower Values").
        case .unboxFloat32: return a >> 32 == 0xffff_ffff ? a & 0xffff_ffff : 0x7fc0_0000
        default: break
        }
        if fields.type == .f64 { return evaluate(fields, a, b, c, &flags) { $0 } }
        let word = { (value: UInt64) in UInt32(truncatingIfNeeded: value) }
        return evaluate(fields, word(a), word(b), word(c), &flags) { UInt64($0) }
    }

    @inline(__always)
    private static func evaluate<Bits: FloatBits>(
        _ fields: RareFields, _ a: Bits, _ b: Bits, _ c: Bits, _ flags: inout FloatFlags, _ wide: (Bits) -> UInt64
    ) -> UInt64 {
        let rounding = RoundingMode(rawValue: UInt8(truncatingIfNeeded: fields.immediate)) ?? .nearestEven
        let sign = SoftFloat.Format<Bits>.signMask
        switch fields.opcode {
        case .floatAdd: return wide(SoftFloat.add(a, b, rounding: rounding, flags: &flags))
        case .floatSub: return wide(SoftFloat.subtract(a, b, rounding: rounding, flags: &flags))
        case .floatMul: return wide(SoftFloat.multiply(a, b, rounding: rounding, flags: &flags))
        case .floatDiv: return wide(SoftFloat.divide(a, b, rounding: rounding, flags: &flags))
        case .floatSqrt: return wide(SoftFloat.squareRoot(a, rounding: rounding, flags: &flags))
        case .floatMulAdd: return wide(SoftFloat.fusedMultiplyAdd(a, b, c, rounding: rounding, flags: &flags))
        case .floatMulSub: return wide(SoftFloat.fusedMultiplyAdd(a, b, c ^ sign, rounding: rounding, flags: &flags))
        case .floatNegMulSub:
            return wide(SoftFloat.fusedMultiplyAdd(a ^ sign, b, c, rounding: rounding, flags: &flags))
        case .floatNegMulAdd:
            return wide(SoftFloat.fusedMultiplyAdd(a ^ sign, b, c ^ sign, rounding: rounding, flags: &flags))
        case .floatMin: return wide(SoftFloat.minimum(a, b, flags: &flags))
        case .floatMax: return wide(SoftFloat.maximum(a, b, flags: &flags))
        case .floatEqual: return SoftFloat.isEqual(a, b, flags: &flags) ? 1 : 0
        case .floatLess: return SoftFloat.isLess(a, b, flags: &flags) ? 1 : 0
        case .floatLessEqual: return SoftFloat.isLessOrEqual(a, b, flags: &flags) ? 1 : 0
        case .floatClassify: return UInt64(1) << UInt64(SoftFloat.classify(a).rawValue)
        case .copySign: return wide(a & ~sign | b & sign)
        case .copySignNegated: return wide(a & ~sign | ~b & sign)
        case .copySignXor: return wide(a ^ b & sign)
        case .floatToFloat32:
            return UInt64(
                SoftFloat.narrow(UInt64(truncatingIfNeeded: a), rounding: rounding, flags: &flags))
        case .floatToFloat64: return SoftFloat.widen(UInt32(truncatingIfNeeded: a), flags: &flags)
        case .floatToInt32:
            return UInt64(
                bitPattern: Int64(SoftFloat.integer(from: a, as: Int32.self, rounding: rounding, flags: &flags)))
        case .floatToUInt32:
            let value = SoftFloat.integer(from: a, as: UInt32.self, rounding: rounding, flags: &flags)
            return UInt64(bitPattern: Int64(Int32(bitPattern: value)))
        case .floatToInt64:
            return UInt64(bitPattern: SoftFloat.integer(from: a, as: Int64.self, rounding: rounding, flags: &flags))
        case .floatToUInt64: return SoftFloat.integer(from: a, as: UInt64.self, rounding: rounding, flags: &flags)
        default: preconditionFailure("\(fields.opcode) is not a floating-point operation")
        }
    }

    /// Conversions from integers: the operand is an integer place, whatever the type of the result.
    private static func convert(
        _ fields: RareFields, _ a: UInt64, _ flags: inout FloatFlags
    ) -> UInt64 {
        let rounding = RoundingMode(rawValue: UInt8(truncatingIfNeeded: fields.immediate)) ?? .nearestEven
        return fields.type == .f64
            ? converted(fields.opcode, a, rounding, &flags) as UInt64
            : UInt64(converted(fields.opcode, a, rounding, &flags) as UInt32)
    }

    @inline(__always)
    private static func converted<Bits: FloatBits>(
        _ opcode: IROpcode, _ a: UInt64, _ rounding: RoundingMode, _ flags: inout FloatFlags
    ) -> Bits {
        switch opcode {
        case .floatFromInt32: SoftFloat.float(from: Int32(truncatingIfNeeded: a), rounding: rounding, flags: &flags)
        case .floatFromUInt32: SoftFloat.float(from: UInt32(truncatingIfNeeded: a), rounding: rounding, flags: &flags)
        case .floatFromInt64: SoftFloat.float(from: Int64(bitPattern: a), rounding: rounding, flags: &flags)
        default: SoftFloat.float(from: a, rounding: rounding, flags: &flags)
        }
    }
}
