import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: snapshots and debuggers")
struct HartSnapshotTests {
    private static let source = """
            li   t0, 0x6000
            csrs mstatus, t0
            li   s0, 0x80010000
            li   s1, 300
            li   t0, 3
            fcvt.d.w fa1, t0
        1:  ld   a0, 0(s0)
            add  a0, a0, s1
            sd   a0, 0(s0)
            fcvt.d.w fa2, s1
            fdiv.d fa0, fa2, fa1
            fadd.d fa3, fa3, fa0
            rdcycle a1
            addi s1, s1, -1
            bnez s1, 1b
            fmv.x.d a2, fa3
            csrr a3, fcsr
        """

    @Test("a hart comes back as it was and goes on as if nothing had been", arguments: [true, false])
    func roundTrip(dmi: Bool) throws {
        let straight = try HartBench(Self.source, dmi: dmi)
        straight.run()
        #expect(straight.rests)

        let first = try HartBench(Self.source, dmi: dmi)
        first.run(for: .nanoseconds(1000))
        let saved = first.hart.saveState()
        #expect(first.hart.saveState() == saved)

        let second = try HartBench(Self.source, dmi: dmi)
        second.run(for: .nanoseconds(1000))
        for number in 1..<32 { second.hart.setIntegerRegister(number, 0xdead) }
        second.hart.programCounter = 0
        second.hart.privileged.status = 0
        try second.hart.restoreState(saved)
        #expect(second.hart.saveState() == saved)
        second.run()
        #expect(second.rests)
        for number in 0..<32 {
            #expect(second.hart.integerRegister(number) == straight.hart.integerRegister(number), "x\(number)")
            #expect(second.hart.floatRegister(number) == straight.hart.floatRegister(number), "f\(number)")
        }
        #expect(second.hart.instructionsRetired == straight.hart.instructionsRetired)
        #expect(second.word(HartBench.data) == straight.word(HartBench.data))
        #expect(second.hart.saveState() == straight.hart.saveState())
    }

    @Test("lines, changes ahead and waiting are part of it")
    func lines() throws {
        let source = "li t0, 0x888\ncsrw mie, t0\nwfi\ncsrr a0, mip\nrdcycle a1\ncsrw mie, zero"
        let first = try HartBench(source)
        first.run(for: .nanoseconds(50))
        first.hart.lineChanged(first.hart.lineInputs[HartLine.seip.rawValue], level: true, at: .nanoseconds(50))
        first.hart.lineChanged(first.hart.lineInputs[HartLine.meip.rawValue], level: true, at: .nanoseconds(90))
        let saved = first.hart.saveState()
        let second = try HartBench(source)
        second.run(for: .nanoseconds(50))
        try second.hart.restoreState(saved)
        #expect(second.hart.saveState() == saved)
        first.run()
        #expect(first.rests && first.x("a0") == 0xa00 && first.x("a1") == 91)
    }

    @Test("a payload with a line that does not exist is refused")
    func badLine() throws {
        let bench = try HartBench("nop")
        bench.hart.lineChanged(bench.hart.lineInputs[0], level: true, at: .nanoseconds(90))
        var writer = SnapshotWriter()
        HartPayload(bench.hart).encode(to: &writer)
        var bytes = writer.bytes
        bytes[bytes.count - 2] = 77
        var reader = SnapshotReader(bytes, place: "cpu0")
        let error = #expect(throws: SnapshotError.self) { try HartPayload(from: &reader) }
        #expect(error.map { "\($0)" }?.contains("line") == true)
    }

    @Test("a reset hart starts over")
    func reset() throws {
        let bench = try HartBench("li a0, 5\nli t0, 0x8000\ncsrw mtvec, t0\ncsrr a1, mtvec")
        bench.run()
        #expect(bench.rests)
        bench.sim.simulation.reset(.warm)
        #expect(bench.hart.programCounter == HartBench.ramStart && bench.x("a0") == 0)
        #expect(bench.hart.csr(CSRAddress.mtvec) == 0 && bench.hart.privilege == .machine)
        bench.run()
        #expect(bench.rests && bench.x("a0") == 5)
    }

    // MARK: Debugger

    private final class Stops: HartDebugger {
        var reasons: [HartStop] = []
        func hartStopped(_ hart: Hart, _ reason: HartStop) { reasons.append(reason) }
    }

    @Test("stops at breakpoints and after steps, exactly", arguments: [true, false])
    func debugger(dmi: Bool) throws {
        let bench = try HartBench("li a0, 1\nli a0, 2\nli a0, 3\nli a0, 4\nli a0, 5", dmi: dmi)
        let stops = Stops()
        bench.hart.debugger = stops
        bench.hart.addBreakpoint(HartBench.ramStart + 8)
        bench.run(for: .nanoseconds(100))
        #expect(stops.reasons == [.breakpoint(HartBench.ramStart + 8)])
        #expect(bench.x("a0") == 2 && bench.hart.programCounter == HartBench.ramStart + 8)
        bench.hart.resume(steps: 1)
        bench.run(for: .nanoseconds(100))
        #expect(stops.reasons.last == .step && bench.x("a0") == 3)
        bench.hart.resume(steps: 2)
        bench.run(for: .nanoseconds(100))
        #expect(stops.reasons.count == 3 && bench.x("a0") == 5)
        bench.hart.resume()
        bench.run(for: .nanoseconds(100))
        #expect(bench.rests)
        #expect(bench.hart.instructionsRetired == 6)
    }

    @Test("a debugger reads and writes memory through the tables, and sets no bits")
    func debugMemory() throws {
        let space = AddressSpace()
        let bench = try HartBench(AddressSpace.enter + "1: j 1b")
        space.install(in: bench)
        let leaf = space.leaf(0x8001_1000, PTE.v | PTE.r | PTE.w)
        bench.set(space.slot(0x4000_0000), leaf)
        bench.run(for: .nanoseconds(100))
        let before = bench.hart.bus.traffic
        #expect(bench.hart.writeVirtual(0x4000_0ff8, [1, 2, 3]))
        #expect(bench.hart.readVirtual(0x4000_0ff8, count: 4) == [1, 2, 3, 0])
        #expect(bench.hart.readVirtual(0x4000_0ffe, count: 4) == nil)
        #expect(bench.hart.translateForDebugger(0x4000_0123) == 0x8001_1123)
        #expect(bench.word(space.slot(0x4000_0000)) == leaf)
        #expect(bench.hart.bus.traffic == before)
    }
}
