#if arch(x86_64)
    import Testing

    @testable import TandemCPU

    @Suite("x86-64 back-end: floating point as in the portable one")
    struct GeneratedFloatTests {
        struct Case: CustomStringConvertible, Sendable {
            var opcode: IROpcode
            var type: IRType
            var description: String { "\(opcode).\(type.name)" }
        }

        static let cases: [Case] = {
            let opcodes =
                FloatProgram.arithmetic + FloatProgram.exact + FloatProgram.truths + FloatProgram.toIntegers
                + FloatProgram.fromIntegers
            return opcodes.flatMap { [Case(opcode: $0, type: .f32), Case(opcode: $0, type: .f64)] } + [
                Case(opcode: .floatToFloat32, type: .f64), Case(opcode: .floatToFloat64, type: .f32),
            ]
        }()

        /// Zeros, infinities, NaNs with payload, borders of subnormals and of conversions, and their neighbours.
        private static func special(_ type: IRType) -> [UInt64] {
            let values: [Double] = [
                0, .leastNonzeroMagnitude, .leastNormalMagnitude, 0.5, 1, 1.5, 2.5, .greatestFiniteMagnitude, .infinity,
                0x1p31, 0x1p32, 0x1p63, 0x1p64, 0x1p31 - 0.5, 0x1p32 - 0.5, 0x1p53 + 2,
            ]
            var bits: [UInt64] = []
            if type == .f64 {
                for value in values {
                    bits += [value.bitPattern, value.nextDown.bitPattern, value.nextUp.bitPattern]
                }
                bits += [0x7ff8 << 48, 0x7ff8_0000_0000_1234, 0x7ff0_0000_0000_0001, 0x7ff4 << 48]
                return bits + bits.map { $0 ^ 1 << 63 }
            }
            for value in values {
                let single = Float(value)
                for one in [single, single.nextDown, single.nextUp] { bits.append(UInt64(one.bitPattern)) }
            }
            bits += [
                1, 0x0080_0000, 0x007f_ffff, 0x7fc0_0000, 0x7fc0_1234, 0x7f80_0001, 0x7fa0_0000, 0x7f7f_ffff,
            ]
            bits += bits.map { $0 ^ 1 << 31 }
            return bits.map { $0 | 0xffff_ffff << 32 }
        }

        private static func operands(_ one: Case, _ special: [UInt64], _ draw: inout FloatDraw) -> [UInt64] {
            if FloatProgram.fromIntegers.contains(one.opcode) {
                let value = draw.next() % 4 == 0 ? draw.fraction(width: 64) : draw.next() >> (draw.next() % 64)
                return [draw.next() & 1 == 0 ? value : 0 &- value, 0, 0]
            }
            if draw.next() % 2 == 0 {
                return (0..<3).map { _ in special.randomElement(using: &draw) ?? 0 }
            }
            if FloatProgram.toIntegers.contains(one.opcode) {
                let near = Int(draw.next() % 70) - 3
                return one.type == .f64
                    ? [draw.bits(as: UInt64.self, near: 1023 + near), 0, 0]
                    : [UInt64(draw.bits(as: UInt32.self, near: 127 + near)) | 0xffff_ffff << 32, 0, 0]
            }
            if one.type == .f64 {
                let (a, b, c) = draw.operands(as: UInt64.self)
                return [a, b, c]
            }
            let (a, b, c) = draw.operands(as: UInt32.self)
            // One in sixteen is no box.
            return [a, b, c].map { UInt64($0) | (draw.next() % 16 == 0 ? 0 : 0xffff_ffff << 32) }
        }

        @Test("every operation has the same bits and flags, in every rounding mode", arguments: cases)
        func operations(one: Case) throws {
            let seed = 0xf1_0a7 + UInt64(one.opcode.rawValue) << 8 + UInt64(one.type.rawValue)
            print("\(one): seed \(seed)")
            var draw = FloatDraw(seed: seed)
            let portable = ExecutorBench()
            guard let generated = UnitBench() else { return }
            let special = Self.special(one.type)
            let takesInteger = FloatProgram.fromIntegers.contains(one.opcode)
            let givesInteger =
                FloatProgram.truths.contains(one.opcode) || FloatProgram.toIntegers.contains(one.opcode)
            let roundings =
                IROpcodeTable[one.opcode].immediate == .rounding ? RoundingMode.allCases : [.nearestEven]
            // Operands in registers and in memory, the result over one of them or elsewhere.
            let forms: [(operands: [Int], result: Int, isBoxed: Bool, isLoop: Bool)] = [
                ([33, 34, 35], 40, true, true), ([33, 34, 35], 40, true, false), ([33, 34, 35], 33, true, true),
                ([33, 34, 35], 34, true, true), ([33, 34, 35], 35, false, true), ([33, 33, 35], 33, true, true),
                ([33, 34, 35], 40, false, false),
            ]
            var declinedCount = 0
            for rounding in roundings {
                for form in forms {
                    let operands = takesInteger ? [form.isLoop ? 10 : 20] : form.operands
                    let result = givesInteger ? (form.isLoop ? 11 : 21) : form.result
                    let program = FloatProgram(
                        one.opcode, one.type, rounding, operands: operands, result: result, isBoxed: form.isBoxed,
                        isLoop: form.isLoop)
                    let block = portable.install(program.ir, known: false)
                    let unit = try #require(generated.install(program.ir))
                    for _ in 0..<60 {
                        let values = Self.operands(one, special, &draw)
                        for (index, place) in operands.enumerated() {
                            portable[place] = values[index]
                            generated[place] = values[index]
                        }
                        if !givesInteger, !operands.contains(result) {
                            let isSingle = one.opcode == .floatToFloat32 || one.type == .f32
                            portable[result] = isSingle ? 0xffff_ffff << 32 : 0
                            generated[result] = portable[result]
                        }
                        let before = FloatFlags(rawValue: UInt8(draw.next() & 31 & draw.next()))
                        portable.floatFlags = before
                        generated.floatFlags = before
                        portable.run(block)
                        let outcome = generated.run(unit)
                        if outcome == .declined {
                            // Nothing has happened; only loops may do that.
                            declinedCount += 1
                            #expect(form.isLoop && generated.floatFlags == before)
                            continue
                        }
                        let text = "\(one) \(rounding) \(form) of \(values.map { String($0, radix: 16) })"
                        #expect(outcome == .exit(FloatProgram.exit), "\(text)")
                        #expect(
                            generated[result] == portable[result],
                            "\(text): \(String(generated[result], radix: 16)) \(String(portable[result], radix: 16))")
                        #expect(generated.floatFlags == portable.floatFlags, "\(text)")
                    }
                }
            }
            print("\(one): \(declinedCount) entries declined")
            // A register that is written but not read must suit the type, too: what conversions write over does not.
            #expect(declinedCount < roundings.count * 60 * 5)
        }

        @Test("programs leave the same registers, memory and flags", arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
        func programs(batch: UInt64) throws {
            var declined = 0
            for number in 0..<80 {
                let seed = batch << 32 | UInt64(number)
                switch try Self.verdict(seed) {
                case .agrees: break
                case .declined: declined += 1
                case .differs:
                    print("seed \(seed)")
                    return
                }
            }
            print("batch \(batch): \(declined) of 80 declined")
            #expect(declined < 30)
        }

        private enum Verdict {
            case agrees, differs
            /// The unit does not take the registers as they are.
            case declined
        }

        /// Runs the program of a seed in both engines, straight or as a loop, with memory in reach or not, and with
        /// accesses that leave or trap.
        private static func verdict(_ seed: UInt64) throws -> Verdict {
            var draw = FloatDraw(seed: seed &* 0x9e37_79b9)
            let isLoop = draw.next() % 2 == 0
            let program = FloatProgram(seed: seed, count: 3 + Int(draw.next() % 40), isLoop: isLoop)
            if let violation = IRVerifier().violations(of: program.ir).first { throw violation }
            let portable = ExecutorBench()
            guard let generated = UnitBench() else { return .agrees }
            for place in 32..<64 {
                portable[place] = FloatProgram.value(&draw, program.onlyType)
                generated[place] = portable[place]
            }
            for place in [10, 11, 20, 21] {
                portable[place] = FloatProgram.value(&draw, program.onlyType)
                generated[place] = portable[place]
            }
            for bench in [portable.runtime, generated.runtime] {
                var fill = FloatDraw(seed: seed)
                for index in stride(from: 0, to: FakeRuntime.size, by: 8) {
                    UnsafeMutableRawPointer(bench.memory + index).storeBytes(
                        of: FloatProgram.value(&fill, program.onlyType), as: UInt64.self)
                }
            }
            portable[FloatProgram.base] = FakeRuntime.start
            generated[FloatProgram.base] = FakeRuntime.start
            let count = isLoop ? 1 + draw.next() % 5 : 1
            portable[FloatProgram.counter] = count
            generated[FloatProgram.counter] = count
            if draw.next() % 2 == 0 {
                portable.map(FakeRuntime.start)
                generated.map(FakeRuntime.start)
            }
            if draw.next() % 3 == 0 {
                for i in program.ir.instructions where IROpcodeTable[i.opcode].accessWidth(i.type) != 0 {
                    guard draw.next() % 8 == 0 else { continue }
                    let address = FakeRuntime.start + UInt64(i.immediate)
                    let request = draw.next() % 2 == 0 ? ExitRequest.trap : ExitRequest.leave
                    portable.runtime.requests[address] = request
                    generated.runtime.requests[address] = request
                }
            }
            let unit = try #require(generated.install(program.ir))
            let registers = (0..<64).map { generated[$0] }
            if generated.run(unit) == .declined {
                #expect(isLoop)
                #expect(registers == (0..<64).map { generated[$0] })
                #expect(generated.floatFlags == [])
                return .declined
            }
            portable.run(portable.install(program.ir))
            var isEqual = generated.floatFlags == portable.floatFlags
            #expect(isEqual, "seed \(seed): flags \(generated.floatFlags) and \(portable.floatFlags)")
            for place in 0..<64 where generated[place] != portable[place] {
                Issue.record(
                    "seed \(seed): place \(place) \(String(generated[place], radix: 16)) \(String(portable[place], radix: 16))"
                )
                isEqual = false
            }
            if let index = generated.runtime.difference(from: portable.runtime.contents) {
                Issue.record("seed \(seed): memory at \(index)")
                isEqual = false
            }
            if !isEqual { print(IRPrinter().text(program.ir)) }
            return isEqual ? .agrees : .differs
        }

        @Test("a loop takes no NaN but the canonical one in a register that it computes")
        func declined() throws {
            guard let bench = UnitBench() else { return }
            var ir = IRBlock()
            ir.pc = 0x1000
            ir.boundaries = [
                IRBoundary(firstOperation: 0, pc: 0x1000, length: 4),
                IRBoundary(firstOperation: 1, pc: 0x1004, length: 4),
            ]
            ir.instructions = [
                IRInstruction(opcode: .floatAdd, type: .f64, result: .register(40), a: .register(40), b: .register(41)),
                IRInstruction(opcode: .sub, type: .i64, result: .register(6), a: .register(6), b: .constant(1)),
            ]
            ir.terminal = .branch(.notEqual, .i64, .register(6), .zero, taken: 0x1000, otherwise: 0x2000)
            let unit = try #require(bench.install(ir))
            let canonical: UInt64 = 0x7ff8 << 48
            for bits in [0x7ff0_0000_0000_0001, 0xfff8 << 48, canonical | 1, 0xffff_ffff_3f80_0000] as [UInt64] {
                bench[40] = bits
                bench[41] = 1.0.bitPattern
                bench[6] = 5
                #expect(bench.run(unit) == .declined)
                #expect(bench[40] == bits && bench[6] == 5 && bench.floatFlags == [])
            }
            for (bits, result) in [
                (canonical, canonical), (1.0.bitPattern, 6.0.bitPattern), ((-Double.infinity).bitPattern, 0xfff0 << 48),
            ] as [(UInt64, UInt64)] {
                bench[40] = bits
                bench[41] = 1.0.bitPattern
                bench[6] = 5
                #expect(bench.run(unit) == .exit(0x2000))
                #expect(bench[40] == result)
            }
            // The other operand may be anything.
            bench[40] = 1.0.bitPattern
            bench[41] = 0x7ff0_0000_0000_0001
            bench[6] = 5
            #expect(bench.run(unit) == .exit(0x2000))
            #expect(bench[40] == canonical)
            #expect(bench.floatFlags == .invalid)
        }

        @Test("a refused iteration has stored what the last one computed")
        func refusal() throws {
            guard let bench = UnitBench() else { return }
            var ir = IRBlock()
            ir.pc = 0x1000
            ir.boundaries = [IRBoundary(firstOperation: 0, pc: 0x1000, length: 4)]
            ir.instructions = [
                IRInstruction(opcode: .floatAdd, type: .f64, result: .register(40), a: .register(40), b: .register(41))
            ]
            ir.terminal = .jump(0x1000)
            let unit = try #require(bench.install(ir))
            bench[40] = 0
            bench[41] = 1.0.bitPattern
            bench.state.pointee.limit = 7 * ExecutorBench.cost
            #expect(bench.run(unit) == .refused)
            #expect(Double(bitPattern: bench[40]) == 7)
            #expect(bench.run(unit) == .refused)
            #expect(Double(bitPattern: bench[40]) == 7)
        }
    }
#endif
