import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

/// Gives harts numbers, and sends them messages when it is told to.
final class TestMessages: Module, InterruptMessageController {
    let identityCount = 63
    private var harts: [UInt64: any InterruptMessageReceiver] = [:]
    private var messages: [(time: SimTime, identity: UInt32, level: InterruptLevel, hart: UInt64)] = []
    private let step: Event

    override init(_ context: ModuleContext) {
        step = Event("step", context)
        super.init(context)
        method("send", sensitiveTo: [step]) { [unowned self] in send() }
    }

    func attach(_ receiver: any InterruptMessageReceiver, hart: UInt64) { harts[hart] = receiver }

    func plan(_ identity: UInt32, _ level: InterruptLevel, hart: UInt64 = 0, at time: SimTime) {
        messages.append((time, identity, level, hart))
    }

    private func send() {
        while let next = messages.first, next.time <= now {
            messages.removeFirst()
            harts[next.hart]?.messageArrived(next.identity, at: next.level, at: next.time)
        }
        if let next = messages.first { step.notify(at: next.time) }
    }
}

@Suite("AIA: messages to a hart")
struct HartMessageTests {
    private static let handler = """
        .balign 4
        handler:
            csrr  s1, mcause
            csrr  s2, mtopi
            csrrw s3, mtopei, zero
            rdcycle s4
            addi  s0, s0, 1
            mret
        """

    /// Opens the file of machine level and waits for messages in nops.
    private static let source = """
            la   t0, handler
            csrw mtvec, t0
            li   t0, 0x70
            csrw miselect, t0
            li   t0, 1
            csrw mireg, t0
            li   t0, 0xc0
            csrw miselect, t0
            li   t0, -1
            csrw mireg, t0
            li   t0, 0x800
            csrw mie, t0
            csrsi mstatus, 8
        \(String(repeating: "    nop\n", count: 300))
            j rest
        """ + "\n" + handler

    private func bench(_ source: String, _ engine: HartEngine = .translate) throws -> (HartBench, TestMessages) {
        let bench = try HartBench(source, engine: engine, imsic: true)
        return (bench, try #require(bench.messages))
    }

    @Test(
        "a message is taken at the first instruction from its time on, and claimed",
        arguments: [HartEngine.translate, .interpret])
    func taken(engine: HartEngine) throws {
        for time: UInt64 in [50_000, 50_500, 123_001] {
            let (bench, messages) = try bench(Self.source, engine)
            messages.plan(9, .machine, at: .picoseconds(time))
            bench.run()
            #expect(bench.rests)
            #expect(bench.x("s0") == 1 && bench.x("s1") == 1 << 63 | 11)
            #expect(bench.x("s2") == 11 << 16 | 9 && bench.x("s3") == 9 << 16 | 9)
            // Three instructions of the handler stand before the one that looks.
            #expect(bench.x("s4") == (time + 999) / 1000 + 3)
            let line = bench.hart.lineInputs[HartLine.meip.rawValue]
            #expect(line.raised == 1 && line.taken == 1 && line.claimed == 1 && !line.level)
            #expect(bench.hart.interruptsTaken[11] == 1)
        }
    }

    @Test("messages that come together are taken one after the other, the lowest identity first")
    func several() throws {
        let (bench, messages) = try bench(Self.source)
        for identity: UInt32 in [30, 2, 63, 64, 0] { messages.plan(identity, .machine, at: .nanoseconds(60)) }
        bench.run()
        #expect(bench.rests && bench.x("s0") == 3 && bench.x("s3") == 63 << 16 | 63)
        #expect(bench.hart.lineInputs[HartLine.meip.rawValue].claimed == 3)
    }

    @Test("a message wakes a hart that waits, in S through a delegated interrupt")
    func waiting() throws {
        let (bench, messages) = try bench(
            """
                la   t0, handler
                csrw stvec, t0
                li   t0, 0x202
                csrw mideleg, t0
                li   t0, 0x200
                csrw mie, t0
                li   t0, 0x70
                csrw siselect, t0
                li   t0, 1
                csrw sireg, t0
                li   t0, 0xc0
                csrw siselect, t0
                li   t0, -1
                csrw sireg, t0
                li   t0, -1
                csrw pmpaddr0, t0
                li   t0, 0x1f
                csrw pmpcfg0, t0
                li   t0, 7
                csrw mcounteren, t0
                li   t0, 0x800
                csrs mstatus, t0
                csrsi mstatus, 2
                la   t0, 1f
                csrw mepc, t0
                mret
            1:  wfi
                j    rest
            .balign 4
            handler:
                csrr  s1, scause
                csrrw s3, stopei, zero
                rdtime s4
                addi  s0, s0, 1
                sret
            """)
        messages.plan(5, .machine, at: .microseconds(5))
        messages.plan(42, .supervisor, at: .microseconds(20))
        bench.run(for: .milliseconds(1))
        #expect(bench.x("s0") == 1 && bench.x("s1") == 1 << 63 | 9 && bench.x("s3") == 42 << 16 | 42)
        #expect(bench.x("s4") == 200)
    }

    @Test("interrupt files, and messages that are still to come, survive a snapshot")
    func snapshot() throws {
        let (straight, planned) = try bench(Self.source)
        let (first, plannedFirst) = try bench(Self.source)
        for messages in [planned, plannedFirst] {
            messages.plan(17, .machine, at: .nanoseconds(80))
            messages.plan(7, .supervisor, at: .nanoseconds(80))
        }
        straight.run(for: .nanoseconds(400))
        first.run(for: .nanoseconds(100))
        #expect(first.x("s0") == 1)
        first.hart.messageArrived(21, at: .machine, at: first.sim.now + .nanoseconds(50))
        straight.hart.messageArrived(21, at: .machine, at: straight.sim.now)
        let saved = first.hart.saveState()
        let (second, _) = try bench(Self.source)
        second.run(for: .nanoseconds(100))
        try second.hart.restoreState(saved)
        #expect(second.hart.saveState() == saved)
        #expect(second.hart.csr(CSRAddress.stopei) == 0)
        second.run(for: .nanoseconds(300))
        #expect(second.x("s0") == 2 && second.x("s3") == 21 << 16 | 21)
    }

    @Test("a snapshot of a hart without interrupt files is refused")
    func otherSnapshot() throws {
        let (bench, _) = try bench(Self.source)
        bench.run()
        let other = try HartBench("nop")
        other.run()
        #expect(throws: SnapshotError.self) { try bench.hart.restoreState(other.hart.saveState()) }
        #expect(throws: SnapshotError.self) { try other.hart.restoreState(bench.hart.saveState()) }
    }

    @Test("a reset empties the files and lets the interrupt fall")
    func reset() throws {
        let (bench, messages) = try bench(Self.source.replacingMachineInterrupts)
        messages.plan(9, .machine, at: .nanoseconds(60))
        bench.run()
        let line = bench.hart.lineInputs[HartLine.meip.rawValue]
        #expect(line.level && bench.hart.csr(CSRAddress.mtopei) == 9 << 16 | 9)
        #expect(bench.hart.csr(CSRAddress.mip) == 0x800)
        bench.hart.reset(.enter(.warm))
        #expect(!line.level && bench.hart.csr(CSRAddress.mtopei) == 0 && bench.hart.csr(CSRAddress.mip) == 0)
    }

    @Test("a line to an input of external interrupts is refused beside an IMSIC")
    func line() throws {
        let bench = try HartBench("nop", imsic: true)
        try bench.drive(.seip, [])
        let error = #expect(throws: ElaborationError.self) { try bench.sim.simulation.elaborate() }
        #expect(error?.description.contains("cpu0.seip") == true)
    }
}

extension String {
    /// The program without its global enable.
    fileprivate var replacingMachineInterrupts: String {
        split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("csrsi mstatus, 8") }.joined(
            separator: "\n")
    }
}
