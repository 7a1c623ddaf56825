#if arch(x86_64)
    import Testing

    @testable import TandemCPU

    @Suite("x86-64 back-end: plain memory")
    struct GeneratedMemoryTests {
        /// Loads around one base, one boundary each; the second half follows a change of the base.
        private static func unit(_ offsets: [(IROpcode, Int64)]) -> IRBlock {
            var ir = IRBlock()
            ir.pc = 0x1000
            for (number, (opcode, offset)) in offsets.enumerated() {
                ir.boundaries.append(
                    IRBoundary(
                        firstOperation: ir.instructions.count, pc: 0x1000 + UInt64(number) * 4, length: 4))
                ir.instructions.append(
                    IRInstruction(
                        opcode: opcode, type: .i64, result: .register(10 + number), a: .register(5),
                        immediate: offset))
            }
            ir.terminal = .jump(0x2000)
            return ir
        }

        private static let loads: [(IROpcode, Int64)] = [
            (.load32Signed, 4), (.load64, -16), (.load8Unsigned, 3), (.load64, 2000), (.load16Signed, -6),
        ]

        private static func value(_ opcode: IROpcode, _ bytes: [UInt8]) -> UInt64 {
            let bits = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
            return switch opcode {
            case .load32Signed: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: bits)))
            case .load16Signed: UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: bits)))
            default: bits
            }
        }

        @Test("one check covers the loads around a base")
        func covered() throws {
            guard let bench = UnitBench() else { return }
            var generator = SampleGenerator(seed: 5)
            bench.runtime.fill(using: &generator)
            let unit = try #require(bench.install(Self.unit(Self.loads), isPlain: true))
            for address in stride(from: FakeRuntime.start + 16, to: FakeRuntime.start + 0x3000, by: 8 * 61) {
                bench[5] = address
                #expect(bench.run(unit) == .exit(0x2000))
                for (number, (opcode, offset)) in Self.loads.enumerated() {
                    let width = IROpcodeTable[opcode].accessWidth(.i64)
                    let bytes = bench.runtime.bytes(address &+ UInt64(bitPattern: offset), width)
                    #expect(bench[10 + number] == Self.value(opcode, bytes), "\(opcode) at \(address)")
                }
            }
            #expect(bench.runtime.slowAccesses == 0)
            #expect(!unit.pointee.hasMissedCover)
        }

        @Test(
            "where a check that covers others fails, the unit is left behind its own load",
            arguments: [FakeRuntime.start + 8, FakeRuntime.start + 0x4000 - 8, FakeRuntime.start + 65])
        func missed(address: UInt64) throws {
            guard let bench = UnitBench() else { return }
            var generator = SampleGenerator(seed: 6)
            bench.runtime.fill(using: &generator)
            // The first load is within the range, others are not, or it is misaligned.
            let unit = try #require(
                bench.install(Self.unit([(.load64, 0), (.load64, -16), (.load64, 16)]), isPlain: true))
            for number in 10..<13 { bench[number] = 0xdead }
            bench[5] = address
            #expect(bench.run(unit) == .left)
            #expect(bench[10] == Self.value(.load64, bench.runtime.bytes(address, 8)))
            #expect(bench[11] == 0xdead)
            #expect(bench[12] == 0xdead)
            #expect(bench.runtime.slowAccesses == 1)
            #expect(unit.pointee.hasMissedCover)
        }

        @Test("a change of the base ends what a check covers")
        func changedBase() throws {
            guard let bench = UnitBench() else { return }
            var ir = Self.unit([(.load64, 0), (.load64, 8), (.load64, 0), (.load64, 8)])
            ir.instructions[1].result = .register(5)
            let unit = try #require(bench.install(ir, isPlain: true))
            let address = FakeRuntime.start
            UnsafeMutableRawPointer(bench.runtime.memory + 8).storeBytes(of: address + 64, as: UInt64.self)
            UnsafeMutableRawPointer(bench.runtime.memory + 64).storeBytes(of: 64, as: UInt64.self)
            UnsafeMutableRawPointer(bench.runtime.memory + 72).storeBytes(of: 72, as: UInt64.self)
            bench[5] = address
            #expect(bench.run(unit) == .exit(0x2000))
            #expect(bench[12] == 64)
            #expect(bench[13] == 72)
            // Out of the plain range: the second check is not the first one.
            UnsafeMutableRawPointer(bench.runtime.memory + 8).storeBytes(of: address + 0x4000 - 8, as: UInt64.self)
            bench[5] = address
            #expect(bench.run(unit) == .left)
            #expect(bench[12] == Self.value(.load64, bench.runtime.bytes(address + 0x4000 - 8, 8)))
        }
    }
#endif
