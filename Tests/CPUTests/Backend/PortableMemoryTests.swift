import Testing

@testable import TandemCPU

@Suite("Portable back-end: memory")
struct PortableMemoryTests {
    private static let loads: [IROpcode] = [
        .load8Unsigned, .load8Signed, .load16Unsigned, .load16Signed, .load32Unsigned, .load32Signed, .load64,
        .load32Boxed,
    ]
    private static let stores: [IROpcode] = [.store8, .store16, .store32, .store64]

    /// What a load leaves in its place.
    private static func loaded(_ opcode: IROpcode, _ bytes: [UInt8], _ order: ByteOrder) -> UInt64 {
        let value = (order == .little ? bytes.reversed() : bytes).reduce(0) { $0 << 8 | UInt64($1) }
        switch opcode {
        case .load8Signed: return UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: value)))
        case .load16Signed: return UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: value)))
        case .load32Signed: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))
        case .load32Boxed: return value | 0xffff_ffff << 32
        default: return value
        }
    }

    private struct Access {
        var address: UInt64
        var offset: Int64
        var order: ByteOrder
        var isConstant: Bool

        init(_ width: Int, _ index: Int, _ generator: inout SampleGenerator) {
            let span = UInt64(FakeRuntime.size - width)
            address = FakeRuntime.start + generator.next() % span
            if index & 1 == 0 { address &= ~UInt64(width - 1) }
            offset = [0, 8, -8, Int64(generator.next() % 4096) - 2048][index / 2 % 4]
            order = index & 8 == 0 ? .little : .big
            isConstant = index & 16 == 0
        }

        var base: UInt64 { address &- UInt64(bitPattern: offset) }
    }

    @Test("loads on the fast and on the slow way, aligned or not, in both byte orders", arguments: loads)
    func load(opcode: IROpcode) {
        let seed: UInt64 = 0x10ad_0000 + UInt64(opcode.rawValue)
        print("\(opcode): seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let bench = ExecutorBench()
        bench.runtime.fill(using: &generator)
        bench.map(FakeRuntime.start + 0x1000)
        bench.map(FakeRuntime.start + 0x2000, writable: false)
        let width = IROpcodeTable[opcode].accessWidth(.i64)
        for index in 0..<320 {
            let access = Access(width, index, &generator)
            bench[10] = access.base
            var instruction = IRInstruction(opcode: opcode, type: .i64, result: .register(index % 3 == 0 ? 10 : 11))
            instruction.a = access.isConstant ? .constant(access.base) : .register(10)
            instruction.immediate = access.offset
            instruction.order = access.order
            let expected = Self.loaded(opcode, bench.runtime.bytes(access.address, width), access.order)
            bench.runtime.slowAccesses = 0
            #expect(bench.run(instruction) == PortableExecutor<FakeRuntime>.lookUp)
            #expect(bench[index % 3 == 0 ? 10 : 11] == expected, "\(IRPrinter().text(instruction))")
            let page = (access.address - FakeRuntime.start) >> 12
            let isFast =
                (page == 1 || page == 2) && access.address & 0xfff + UInt64(width) <= 4096
                && access.order == .little
            #expect(bench.runtime.slowAccesses == (isFast ? 0 : 1), "\(String(access.address, radix: 16))")
        }
    }

    @Test("stores on the fast and on the slow way, aligned or not, in both byte orders", arguments: stores)
    func store(opcode: IROpcode) {
        let seed: UInt64 = 0x5703_0000 + UInt64(opcode.rawValue)
        print("\(opcode): seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let bench = ExecutorBench()
        bench.runtime.fill(using: &generator)
        bench.map(FakeRuntime.start + 0x1000)
        bench.map(FakeRuntime.start + 0x2000, writable: false)
        let width = IROpcodeTable[opcode].accessWidth(.i64)
        for index in 0..<320 {
            let access = Access(width, index, &generator)
            let value = generator.next()
            bench[10] = access.base
            bench[11] = value
            var instruction = IRInstruction(opcode: opcode, type: .i64, result: nil)
            instruction.a = access.isConstant ? .constant(access.base) : .register(10)
            instruction.b = index % 3 == 0 ? .constant(value) : .register(11)
            instruction.immediate = access.offset
            instruction.order = access.order
            var expected = (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
            if access.order == .big { expected.reverse() }
            let around = [access.address - 1, access.address + UInt64(width)].map {
                $0 < FakeRuntime.start || $0 >= FakeRuntime.start + UInt64(FakeRuntime.size)
                    ? 0 : bench.runtime.bytes($0, 1)[0]
            }
            bench.runtime.slowAccesses = 0
            #expect(bench.run(instruction) == PortableExecutor<FakeRuntime>.lookUp)
            #expect(bench.runtime.bytes(access.address, width) == expected, "\(IRPrinter().text(instruction))")
            let after = [access.address - 1, access.address + UInt64(width)].map {
                $0 < FakeRuntime.start || $0 >= FakeRuntime.start + UInt64(FakeRuntime.size)
                    ? 0 : bench.runtime.bytes($0, 1)[0]
            }
            #expect(around == after, "the neighbours of \(IRPrinter().text(instruction))")
            let page = (access.address - FakeRuntime.start) >> 12
            let isFast = page == 1 && access.address & 0xfff + UInt64(width) <= 4096 && access.order == .little
            #expect(bench.runtime.slowAccesses == (isFast ? 0 : 1), "\(String(access.address, radix: 16))")
        }
    }

    @Test("gives atomics the old value in the form of their type, in both byte orders", arguments: [IRType.i32, .i64])
    func atomics(type: IRType) {
        let bench = ExecutorBench()
        let width = type.byteCount
        bench[10] = FakeRuntime.start
        for order in [ByteOrder.little, .big] {
            for index in 0..<width { bench.runtime.memory[16 + index] = UInt8(0xf0 + index) }
            let bytes = bench.runtime.bytes(FakeRuntime.start + 16, width)
            let old = (order == .little ? bytes.reversed() : bytes).reduce(0) { $0 << 8 | UInt64($1) }
            var instruction = IRInstruction(
                opcode: .atomicAdd, type: type, result: .register(12), a: .register(10), b: .constant(1), immediate: 16)
            instruction.order = order
            bench.run(instruction)
            #expect(bench[12] == (type == .i32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: old))) : old))
            let new = bench.runtime.bytes(FakeRuntime.start + 16, width)
            let value = (order == .little ? new.reversed() : new).reduce(0) { $0 << 8 | UInt64($1) }
            #expect(value == old &+ 1)
        }
    }

    @Test("reserves, and says whether a conditional store was done")
    func reservations() {
        let bench = ExecutorBench()
        bench.runtime.memory[3] = 0x80
        bench[10] = FakeRuntime.start
        let load = IRInstruction(opcode: .loadReserved, type: .i32, result: .register(11), a: .register(10))
        let store = IRInstruction(
            opcode: .storeConditional, type: .i32, result: .register(12), a: .register(10), b: .constant(5))
        bench.run(load)
        #expect(bench[11] == 0xffff_ffff_8000_0000)
        bench.run(store)
        #expect(bench[12] == 0)
        #expect(bench.runtime.bytes(FakeRuntime.start, 4) == [5, 0, 0, 0])
        bench.run(store)
        #expect(bench[12] == 1)
    }

    private static let memoryOperations = IROpcode.allCases.filter {
        IROpcodeTable[$0].effect == .load || IROpcodeTable[$0].effect == .store
    }

    @Test("writes no result when the access traps, and does when it asks to leave", arguments: memoryOperations)
    func requests(opcode: IROpcode) {
        let row = IROpcodeTable[opcode]
        for order in [ByteOrder.little, .big] {
            for request in [ExitRequest.trap, ExitRequest.leave] {
                let bench = ExecutorBench()
                bench[10] = FakeRuntime.start
                bench[11] = 0x1234
                bench.runtime.reservation = FakeRuntime.start + 8
                bench.runtime.requests[FakeRuntime.start + 8] = request
                var instruction = IRInstruction(
                    opcode: opcode, type: row.types.only ?? .i64, result: row.hasResult ? .register(11) : nil,
                    a: .register(10), immediate: 8)
                if row.operandCount > 1 { instruction.b = .register(10) }
                instruction.order = order
                #expect(bench.run(instruction) == 0, "\(opcode) leaves at its boundary")
                #expect(bench.state.pointee.exitRequest == request)
                let isUnchanged = bench[11] == 0x1234
                #expect(isUnchanged == (request == ExitRequest.trap || !row.hasResult), "\(opcode) \(request)")
            }
        }
    }
}
