#if canImport(Glibc)
    import Testing

    @testable import TandemCPU

    @Suite("Portable back-end: floating point")
    struct PortableFloatTests {
        private static let rounded: [IROpcode] = [
            .floatAdd, .floatSub, .floatMul, .floatDiv, .floatSqrt, .floatMulAdd, .floatMulSub, .floatNegMulSub,
            .floatNegMulAdd,
        ]
        private static let exact: [IROpcode] = [
            .floatMin, .floatMax, .floatEqual, .floatLess, .floatLessEqual, .floatClassify, .copySign,
            .copySignNegated, .copySignXor,
        ]

        private static func draw(_ opcode: IROpcode, _ body: (inout FloatDraw, ExecutorBench) -> Void) {
            let seed: UInt64 = 0xf10_0000 + UInt64(opcode.rawValue)
            print("\(opcode): seed \(seed)")
            var draw = FloatDraw(seed: seed)
            body(&draw, ExecutorBench())
        }

        /// Runs an operation whose flags must be added to `before`.
        private static func check(
            _ bench: ExecutorBench, _ instruction: IRInstruction, _ expected: ConversionModel.Outcome,
            before: FloatFlags, _ operands: [UInt64]
        ) {
            bench.floatFlags = before
            bench[40] = 0xdead
            bench.run(instruction)
            let text = "\(IRPrinter().text(instruction)) of \(operands.map { String($0, radix: 16) })"
            #expect(bench[40] == expected.bits, "\(text): \(String(bench[40], radix: 16))")
            #expect(bench.floatFlags == before.union(expected.flags), "\(text)")
        }

        private static func operands(_ type: IRType, _ draw: inout FloatDraw) -> [UInt64] {
            if type == .f64 {
                let (a, b, c) = draw.operands(as: UInt64.self)
                return [a, b, c]
            }
            let (a, b, c) = draw.operands(as: UInt32.self)
            // The upper halves do not belong to the operands.
            return [a, b, c].map { UInt64($0) | draw.next() << 32 }
        }

        private static func instruction(
            _ opcode: IROpcode, _ type: IRType, _ values: [UInt64], _ bench: ExecutorBench, constants: UInt64,
            rounding: RoundingMode = .nearestEven
        ) -> IRInstruction {
            let row = IROpcodeTable[opcode]
            var instruction = IRInstruction(opcode: opcode, type: type, result: .register(40))
            let operands = (0..<3).map { index -> IROperand in
                guard index < row.operandCount else { return .none }
                bench[33 + index] = values[index]
                return constants >> UInt64(index) & 1 == 0 ? .register(33 + index) : .constant(values[index])
            }
            (instruction.a, instruction.b, instruction.c) = (operands[0], operands[1], operands[2])
            if row.immediate == .rounding { instruction.immediate = Int64(rounding.rawValue) }
            return instruction
        }

        @Test("rounds arithmetic as the host does, and adds its flags", arguments: rounded)
        func arithmetic(opcode: IROpcode) {
            Self.draw(opcode) { draw, bench in
                for type in [IRType.f32, .f64] {
                    for index in 0..<160 {
                        let values = Self.operands(type, &draw)
                        let (mode, host) = HostFloatModel.roundings[index % 4]
                        let instruction = Self.instruction(
                            opcode, type, values, bench, constants: draw.next() & 7, rounding: mode)
                        let expected = HostFloatModel.rounded(opcode, type, values[0], values[1], values[2], host)
                        Self.check(
                            bench, instruction, expected, before: FloatFlags(rawValue: UInt8(draw.next() & 31)), values)
                    }
                }
            }
        }

        @Test("compares, classifies and copies signs", arguments: exact)
        func comparisons(opcode: IROpcode) {
            Self.draw(opcode) { draw, bench in
                for type in [IRType.f32, .f64] {
                    for index in 0..<160 {
                        var values = Self.operands(type, &draw)
                        if index % 8 == 0 { values[1] = values[0] }
                        if index % 8 == 1 { values[1] = values[0] ^ (type == .f64 ? 1 << 63 : 1 << 31) }
                        let instruction = Self.instruction(opcode, type, values, bench, constants: draw.next() & 3)
                        let expected: ConversionModel.Outcome
                        if type == .f64 {
                            expected = HostFloatModel.exact(
                                opcode, Double(bitPattern: values[0]), Double(bitPattern: values[1]),
                                bits: \.bitPattern, canonicalNaN: 0x7ff8_0000_0000_0000)
                        } else {
                            expected = HostFloatModel.exact(
                                opcode, Float(bitPattern: UInt32(truncatingIfNeeded: values[0])),
                                Float(bitPattern: UInt32(truncatingIfNeeded: values[1])),
                                bits: { UInt64($0.bitPattern) }, canonicalNaN: 0x7fc0_0000)
                        }
                        Self.check(bench, instruction, expected, before: [], values)
                    }
                }
            }
        }

        @Test(
            "converts to integers, saturated, by every rounding mode",
            arguments: [IROpcode.floatToInt32, .floatToUInt32, .floatToInt64, .floatToUInt64])
        func toInteger(opcode: IROpcode) {
            let range: ClosedRange<Int128> =
                switch opcode {
                case .floatToInt32: Int128(Int32.min)...Int128(Int32.max)
                case .floatToUInt32: 0...Int128(UInt32.max)
                case .floatToInt64: Int128(Int64.min)...Int128(Int64.max)
                default: 0...Int128(UInt64.max)
                }
            Self.draw(opcode) { draw, bench in
                for type in [IRType.f32, .f64] {
                    for index in 0..<200 {
                        let near = Int(draw.next() % 70) - 3
                        var values = Self.operands(type, &draw)
                        if index % 4 != 0 {
                            values[0] =
                                type == .f64
                                ? draw.bits(as: UInt64.self, near: 1023 + near)
                                : UInt64(draw.bits(as: UInt32.self, near: 127 + near))
                        }
                        let mode = RoundingMode.allCases[index % 5]
                        let instruction = Self.instruction(
                            opcode, type, values, bench, constants: draw.next() & 1, rounding: mode)
                        let value =
                            type == .f64
                            ? Double(bitPattern: values[0])
                            : Double(Float(bitPattern: UInt32(truncatingIfNeeded: values[0])))
                        let (integer, flags) = ConversionModel.integer(value, range, mode)
                        let isWord = opcode == .floatToInt32 || opcode == .floatToUInt32
                        let bits =
                            isWord
                            ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: integer)))
                            : UInt64(truncatingIfNeeded: integer)
                        Self.check(
                            bench, instruction, ConversionModel.Outcome(bits: bits, flags: flags), before: [], values)
                    }
                }
            }
        }

        @Test(
            "converts from integers, by every rounding mode",
            arguments: [IROpcode.floatFromInt32, .floatFromUInt32, .floatFromInt64, .floatFromUInt64])
        func fromInteger(opcode: IROpcode) {
            Self.draw(opcode) { draw, bench in
                var generator = SampleGenerator(seed: draw.next())
                for type in [IRType.f32, .f64] {
                    for index in 0..<160 {
                        let value = generator.operand()
                        let integer: Int128 =
                            switch opcode {
                            case .floatFromInt32: Int128(Int32(truncatingIfNeeded: value))
                            case .floatFromUInt32: Int128(UInt32(truncatingIfNeeded: value))
                            case .floatFromInt64: Int128(Int64(bitPattern: value))
                            default: Int128(value)
                            }
                        let mode = RoundingMode.allCases[index % 5]
                        let instruction = Self.instruction(
                            opcode, type, [value], bench, constants: draw.next() & 1, rounding: mode)
                        let expected = ConversionModel.float(integer, fractionWidth: type == .f64 ? 52 : 23, mode)
                        Self.check(bench, instruction, expected, before: .invalid, [value])
                    }
                }
            }
        }

        @Test("converts between the formats, and boxes and unboxes singles")
        func formats() {
            Self.draw(.floatToFloat32) { draw, bench in
                for index in 0..<200 {
                    let (wide, narrow) = (draw.bits(as: UInt64.self, near: 1023), Self.operands(.f32, &draw)[0])
                    let (mode, host) = HostFloatModel.roundings[index % 4]
                    var instruction = Self.instruction(
                        .floatToFloat32, .f64, [wide], bench, constants: 0, rounding: mode)
                    Self.check(bench, instruction, HostFloatModel.narrowed(wide, host), before: [], [wide])
                    instruction = Self.instruction(.floatToFloat64, .f32, [narrow], bench, constants: 0, rounding: mode)
                    Self.check(bench, instruction, HostFloatModel.widened(narrow), before: [], [narrow])

                    let low = narrow & 0xffff_ffff
                    let box = 0xffff_ffff_0000_0000 | low
                    instruction = Self.instruction(.boxFloat32, .f32, [narrow], bench, constants: draw.next() & 1)
                    Self.check(bench, instruction, ConversionModel.Outcome(bits: box), before: [], [narrow])
                    instruction = Self.instruction(.unboxFloat32, .f32, [box], bench, constants: draw.next() & 1)
                    Self.check(bench, instruction, ConversionModel.Outcome(bits: low), before: [], [box])
                    let loose = narrow & ~(1 << 40)
                    instruction = Self.instruction(.unboxFloat32, .f32, [loose], bench, constants: 0)
                    Self.check(bench, instruction, ConversionModel.Outcome(bits: 0x7fc0_0000), before: [], [loose])
                }
            }
        }

        @Test("keeps the flags of an operation whose result nobody wants")
        func discarded() {
            let bench = ExecutorBench()
            bench.run(
                IRInstruction(
                    opcode: .floatDiv, type: .f64, result: nil, a: .constant((1.0).bitPattern), b: .constant(0)))
            #expect(bench.floatFlags == .divideByZero)
        }
    }
#endif
