@testable import TandemCPU

/// The chapters "F" and "D" of the unprivileged manual, on the host's floating-point unit and in exact integers.
extension ManualModel {
    /// A single from a register: not properly boxed is the canonical NaN.
    private func single(_ number: UInt8) -> UInt64 {
        let value = f[Int(number)]
        return value >> 32 == 0xffff_ffff ? value & 0xffff_ffff : 0x7fc0_0000
    }

    private func operand(_ number: UInt8, _ isDouble: Bool) -> UInt64 { isDouble ? f[Int(number)] : single(number) }

    private mutating func deliver(_ rd: UInt8, _ outcome: ConversionModel.Outcome, isDouble: Bool) {
        f[Int(rd)] = isDouble ? outcome.bits : outcome.bits | 0xffff_ffff << 32
        flags.formUnion(outcome.flags)
    }

    private mutating func deliverInteger(_ rd: UInt8, _ bits: UInt64, _ raised: FloatFlags) {
        if rd != 0 { x[Int(rd)] = bits }
        flags.formUnion(raised)
    }

    mutating func executeFloat(_ i: DecodedInstruction) {
        let name = "\(i.operation)"
        switch i.operation {
        case .fmv_x_w:
            return deliverInteger(i.rd, UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: f[Int(i.rs1)]))), [])
        case .fmv_x_d: return deliverInteger(i.rd, f[Int(i.rs1)], [])
        case .fmv_w_x: f[Int(i.rd)] = x[Int(i.rs1)] | 0xffff_ffff << 32
        case .fmv_d_x: f[Int(i.rd)] = x[Int(i.rs1)]
        default:
            if name.hasPrefix("fcvt") { return convert(i, name) }
            #if canImport(Glibc)
                arithmetic(i, isDouble: name.hasSuffix("_d"), kind: String(name.dropLast(2)))
            #endif
        }
    }

    private func rounding(_ i: DecodedInstruction) -> RoundingMode {
        RoundingMode(rawValue: i.roundingMode == 7 ? frm : i.roundingMode) ?? .nearestEven
    }

    /// FCVT.to.from: the name says what it does.
    private mutating func convert(_ i: DecodedInstruction, _ name: String) {
        let parts = name.split(separator: "_").map(String.init)
        let (to, from) = (parts[1], parts[2])
        let mode = rounding(i)
        let domains: [String: ClosedRange<Int128>] = [
            "w": Int128(Int32.min)...Int128(Int32.max), "wu": 0...Int128(UInt32.max),
            "l": Int128(Int64.min)...Int128(Int64.max), "lu": 0...Int128(UInt64.max),
        ]
        if let range = domains[to] {
            let value =
                from == "d"
                ? Double(bitPattern: f[Int(i.rs1)])
                : Double(Float(bitPattern: UInt32(truncatingIfNeeded: single(i.rs1))))
            let (integer, raised) = ConversionModel.integer(value, range, mode)
            let isWord = to.hasPrefix("w")
            let bits =
                isWord
                ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: integer))) : UInt64(truncatingIfNeeded: integer)
            deliverInteger(i.rd, bits, raised)
        } else if domains[from] != nil {
            let value = x[Int(i.rs1)]
            let integer: Int128 =
                switch from {
                case "w": Int128(Int32(truncatingIfNeeded: value))
                case "wu": Int128(UInt32(truncatingIfNeeded: value))
                case "l": Int128(Int64(bitPattern: value))
                default: Int128(value)
                }
            let outcome = ConversionModel.float(integer, fractionWidth: to == "d" ? 52 : 23, mode)
            deliver(i.rd, outcome, isDouble: to == "d")
        } else {
            #if canImport(Glibc)
                let host = HostFloatModel.roundings.first { $0.0 == mode }?.1 ?? 0
                let outcome =
                    to == "s"
                    ? HostFloatModel.narrowed(f[Int(i.rs1)], host) : HostFloatModel.widened(single(i.rs1))
                deliver(i.rd, outcome, isDouble: to == "d")
            #endif
        }
    }

    #if canImport(Glibc)
        private mutating func arithmetic(_ i: DecodedInstruction, isDouble: Bool, kind: String) {
            let a = operand(i.rs1, isDouble)
            let b = operand(i.rs2, isDouble)
            let c = operand(i.rs3, isDouble)
            let rounded: [String: IROpcode] = [
                "fadd": .floatAdd, "fsub": .floatSub, "fmul": .floatMul, "fdiv": .floatDiv, "fsqrt": .floatSqrt,
                "fmadd": .floatMulAdd, "fmsub": .floatMulSub, "fnmsub": .floatNegMulSub, "fnmadd": .floatNegMulAdd,
            ]
            if let opcode = rounded[kind] {
                let host = HostFloatModel.roundings.first { $0.0 == rounding(i) }?.1 ?? 0
                let outcome = HostFloatModel.rounded(opcode, isDouble ? .f64 : .f32, a, b, c, host)
                return deliver(i.rd, outcome, isDouble: isDouble)
            }
            let exact: [String: IROpcode] = [
                "fmin": .floatMin, "fmax": .floatMax, "feq": .floatEqual, "flt": .floatLess, "fle": .floatLessEqual,
                "fclass": .floatClassify, "fsgnj": .copySign, "fsgnjn": .copySignNegated, "fsgnjx": .copySignXor,
            ]
            guard let opcode = exact[kind] else { preconditionFailure("\(i.operation) has no model") }
            let outcome: ConversionModel.Outcome
            if isDouble {
                outcome = HostFloatModel.exact(
                    opcode, Double(bitPattern: a), Double(bitPattern: b), bits: \.bitPattern,
                    canonicalNaN: 0x7ff8_0000_0000_0000)
            } else {
                outcome = HostFloatModel.exact(
                    opcode, Float(bitPattern: UInt32(truncatingIfNeeded: a)),
                    Float(bitPattern: UInt32(truncatingIfNeeded: b)), bits: { UInt64($0.bitPattern) },
                    canonicalNaN: 0x7fc0_0000)
            }
            if kind.hasPrefix("fe") || kind.hasPrefix("fl") || kind == "fclass" {
                deliverInteger(i.rd, outcome.bits, outcome.flags)
            } else {
                deliver(i.rd, outcome, isDouble: isDouble)
            }
        }
    #endif
}
