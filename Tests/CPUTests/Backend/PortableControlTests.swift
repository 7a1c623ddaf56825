import Testing

@testable import TandemCPU

@Suite("Portable back-end: blocks, limits and the guest's functions")
struct PortableControlTests {
    private static let lookUp = PortableExecutor<FakeRuntime>.lookUp

    /// Adds 1 to r10 and goes on at `next`.
    private static func step(_ pc: UInt64, to next: UInt64, instructions: Int = 1) -> String {
        var text = "block \(pc)\n"
        for index in 0..<instructions { text += "@\(index) \(pc + UInt64(4 * index)) +4\n add.i64 r10, r10, 1\n" }
        return text + "jump \(next)\n"
    }

    @Test("goes from block to block, and stops where the next one is not known")
    func followsJumps() throws {
        let bench = ExecutorBench()
        let first = try bench.install(Self.step(0x1000, to: 0x1010))
        let second = try bench.install(Self.step(0x1010, to: 0x1020))
        #expect(bench.run(first) == Self.lookUp)
        #expect(bench[10] == 2)
        #expect(bench.programCounter == 0x1020)
        #expect(bench.state.pointee.block == second)
        #expect(bench.state.pointee.localTime == 2 * ExecutorBench.cost)
        #expect(first.pointee.executions == 1 && second.pointee.executions == 1)
        #expect(first.pointee.takenLink == second)
    }

    @Test("chains within a page only, and only blocks that allow it")
    func chaining() throws {
        let bench = ExecutorBench()
        let other = try bench.install(Self.step(0x2000, to: 0x5000))
        let across = try bench.install(Self.step(0x1ff0, to: 0x2000))
        bench.run(across)
        #expect(bench.state.pointee.block == other)
        #expect(across.pointee.takenLink == nil)

        let shy = try bench.install(Self.step(0x1110, to: 0x5000), chainable: false)
        let eager = try bench.install(Self.step(0x1100, to: 0x1110))
        bench.run(eager)
        #expect(bench.state.pointee.block == shy)
        #expect(eager.pointee.takenLink == nil)
    }

    @Test("takes a chained block without looking at the jump cache")
    func chainedWithoutLookUp() throws {
        let bench = ExecutorBench()
        let first = try bench.install(Self.step(0x1000, to: 0x1010))
        _ = try bench.install(Self.step(0x1010, to: 0x1020))
        bench.run(first)
        bench.forgetBlocks()
        bench.run(first)
        #expect(bench[10] == 4)
    }

    @Test("chains both ways of a branch apart")
    func branchLinks() throws {
        let bench = ExecutorBench()
        let branch = try bench.install(
            "block 4096\n@0 4096 +4\nbranch.i64 equal r11, 0, 0x1100, 0x1200\n")
        let taken = try bench.install(Self.step(0x1100, to: 0x5000))
        let other = try bench.install(Self.step(0x1200, to: 0x5000))
        bench.run(branch)
        bench[11] = 1
        bench.run(branch)
        #expect(branch.pointee.takenLink == taken && branch.pointee.otherLink == other)
        bench.forgetBlocks()
        bench.run(branch)
        #expect(other.pointee.executions == 2)
        bench[11] = 0
        bench.run(branch)
        #expect(taken.pointee.executions == 2)
    }

    @Test("does not enter blocks of another mode")
    func modes() throws {
        let bench = ExecutorBench()
        let first = try bench.install(Self.step(0x1000, to: 0x1010))
        _ = try bench.install(Self.step(0x1010, to: 0x1020), mode: 1)
        bench.run(first)
        #expect(bench[10] == 1)
        #expect(bench.programCounter == 0x1010)
    }

    @Test(
        "enters a block only if its last instruction still starts within the limit",
        arguments: [
            (4001, 3), (4000, 2), (3001, 2), (3999, 2),
        ] as [(Int64, UInt64)])
    func limit(limit: Int64, executed: UInt64) throws {
        // Blocks of 1, 1 and 3 instructions: the last instruction of the third starts at 4 × cost.
        let bench = ExecutorBench()
        let first = try bench.install(Self.step(0x1000, to: 0x1010))
        _ = try bench.install(Self.step(0x1010, to: 0x1020))
        let third = try bench.install(Self.step(0x1020, to: 0x1030, instructions: 3))
        bench.state.pointee.limit = limit
        #expect(bench.run(first) == Self.lookUp)
        #expect((third.pointee.executions == 1 ? 3 : 2) == executed)
        #expect(bench.programCounter == (executed == 3 ? 0x1030 : 0x1020))
        #expect(bench.state.pointee.localTime <= limit + ExecutorBench.cost)
    }

    @Test("runs a loop up to the limit and not further")
    func loop() throws {
        let bench = ExecutorBench()
        let block = try bench.install(Self.step(0x1000, to: 0x1000))
        bench.state.pointee.limit = 100 * ExecutorBench.cost
        bench.run(block)
        #expect(bench[10] == 100)
        #expect(block.pointee.executions == 100)
        #expect(bench.programCounter == 0x1000)
    }

    @Test("goes on at a computed address, through the jump cache and never chained")
    func indirect() throws {
        let bench = ExecutorBench()
        let block = try bench.install("block 4096\n@0 4096 +4\n indirect r12\n")
        let target = try bench.install(Self.step(0x1040, to: 0x5000))
        bench[12] = 0x1040
        bench.run(block)
        #expect(target.pointee.executions == 1)
        #expect(block.pointee.takenLink == nil && block.pointee.otherLink == nil)
        bench[12] = 0x1044
        bench.run(block)
        #expect(bench.programCounter == 0x1044)
        #expect(bench.run(try bench.install("block 64\n@0 64 +4\n indirect 0x777\n")) == Self.lookUp)
        #expect(bench.programCounter == 0x777)
    }

    private static let caller = """
        block 0x1000
        @0 0x1000 +4
            add.i64 r10, r10, 1
        @1 0x1004 +2
            add.i64 t0, r10, 5
            guestCall r11, 513(0x89abcdef), t0, 0x123456789a
        @2 0x1006 +4
            add.i64 r12, r11, 1
            jump 0x5000
        """

    @Test("calls the guest with function, argument, operands and place, and goes on")
    func guestCall() throws {
        let bench = ExecutorBench()
        bench.runtime.callResult = 40
        #expect(bench.run(try bench.install(Self.caller)) == Self.lookUp)
        #expect(
            bench.runtime.calls
                == [FakeRuntime.Call(function: 513, argument: 0x89ab_cdef, a: 6, b: 0x12_3456_789a, index: 1)])
        #expect(bench[11] == 40 && bench[12] == 41)
    }

    @Test("leaves a block after a call that asks for it, and before one that traps")
    func guestCallRequests() throws {
        let bench = ExecutorBench()
        let block = try bench.install(Self.caller)
        bench.runtime.callResult = 40
        bench.runtime.callRequest = ExitRequest.leave
        #expect(bench.run(block) == 1)
        #expect(bench[11] == 40 && bench[12] == 0)
        bench[11] = 7
        bench.runtime.callRequest = ExitRequest.trap
        #expect(bench.run(block) == 1)
        #expect(bench[11] == 7 && bench[12] == 0)
    }

    @Test("ends at a function of the guest, which may trap")
    func guestExit() throws {
        let bench = ExecutorBench()
        let block = try bench.install(
            "block 64\n@0 64 +4\n add.i64 r10, r10, 1\n@1 68 +4\n exit 65535(0xffffffff)\n")
        #expect(bench.run(block) == Self.lookUp)
        #expect(bench.runtime.exits == [FakeRuntime.Call(function: 65535, argument: .max, index: 1)])
        bench.runtime.callRequest = ExitRequest.trap
        #expect(bench.run(block) == 1)
    }

    @Test("charges the whole block before it runs, so that slow paths can reckon backwards")
    func charging() throws {
        let bench = ExecutorBench()
        bench.runtime.requests[FakeRuntime.start] = ExitRequest.leave
        bench[9] = FakeRuntime.start
        let block = try bench.install(
            """
            block 0x1000
            @0 0x1000 +4
                load64 r1, [r9+8]
            @1 0x1004 +4
                load64 r2, [r9]
            @2 0x1008 +4
                load64 r3, [r9+16]
                jump 0
            """)
        #expect(bench.run(block) == 1)
        #expect(bench.runtime.slowAccesses == 2)
        #expect(bench.state.pointee.localTime == 3 * ExecutorBench.cost)
    }
}
