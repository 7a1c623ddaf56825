import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Transactions of phases")
struct PhaseTests {
    @Test("four phases come in their order and at their times, and count from the first to the last")
    func four() throws {
        let simulation = Simulation()
        let source = PhasedSource(ModuleContext(name: "i", parent: simulation.root))
        let target = PhasedTarget(ModuleContext(name: "t", parent: simulation.root))
        source.socket.bind(to: target.socket)
        source.socket.checkProtocol()
        target.socket.checkProtocol()
        source.send([16, 32])
        #expect(simulation.run(for: .nanoseconds(100)) == .timeReached)
        #expect(
            source.trace == [
                "BEGIN_REQ 16 @ 1 ns", "END_REQ 16 @ 6 ns", "BEGIN_REQ 32 @ 6 ns", "END_REQ 32 @ 11 ns",
                "BEGIN_RESP 16 @ 16 ns", "BEGIN_RESP 32 @ 21 ns",
            ])
        #expect(
            target.trace == [
                "BEGIN_REQ 16 @ 1 ns", "BEGIN_REQ 32 @ 6 ns", "END_RESP 16 @ 18 ns", "END_RESP 32 @ 23 ns",
            ])
        #expect(target.memory[16] == 17 && target.memory[32] == 33)
        let traffic = source.socket.traffic
        #expect(traffic.count == 1 && traffic[0].target == "t" && traffic[0].initiator == "i")
        #expect(traffic[0].writes == 2 && traffic[0].writeBytes == 8 && traffic[0].errors == 0)
        #expect(traffic[0].latency == .nanoseconds(34) && source.socket.transactionCount == 2)
        #expect(source.pool.size == 2 && source.pool.outstanding.isEmpty)
    }

    @Test(
        "every legal way to answer gives the same data, responses and count",
        arguments: PhasedTarget.Style.allCases, PhasedSource.Style.allCases)
    func ways(target style: PhasedTarget.Style, source: PhasedSource.Style) throws {
        let bench = SimBench()
        let target = PhasedTarget(bench.context("t"), style)
        let direct = PhasedSource(bench.context("direct"), source)
        let routed = PhasedSource(bench.context("routed"), source)
        direct.socket.bind(to: target.socket)
        routed.socket.bind(to: bench.router.in)
        try bench.map(target.socket, at: 0x1000, size: 0x800, offset: 0x400)
        for socket in [direct.socket, routed.socket] { socket.checkProtocol() }
        target.socket.checkProtocol()
        direct.send([0, 4, 8, 0xfff])
        routed.send([0x1000, 0x1004, 0x17fc, 0x1008])
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(direct.responses == [.ok, .ok, .ok, .addressError])
        #expect(routed.responses == [.ok, .ok, .ok, .ok])
        #expect(target.memory[0] == 1 && target.memory[8] == 9 && target.memory[0x400] == 1)
        #expect(target.memory[0x408] == 9 && target.memory[0xbfc] == 0xfd)
        #expect(direct.socket.traffic.map(\.writeBytes) == [12] && direct.socket.traffic.map(\.errors) == [1])
        #expect(routed.socket.traffic.map(\.writeBytes) == [16] && routed.socket.traffic.map(\.target) == ["t"])
        #expect(direct.pool.outstanding.isEmpty && routed.pool.outstanding.isEmpty)
    }

    @Test("a router lets one request at a time reach a target, and one response an initiator")
    func exclusion() throws {
        let bench = SimBench()
        let slow = PhasedTarget(bench.context("slow"))
        let quick = PhasedTarget(bench.context("quick"), .updatedRequest)
        try bench.map(slow.socket, at: 0, size: 0x1000)
        try bench.map(quick.socket, at: 0x1000, size: 0x1000)
        let sources = (0..<3).map { PhasedSource(bench.context("i\($0)")) }
        for source in sources {
            source.socket.bind(to: bench.router.in)
            source.socket.checkProtocol()
            source.send([0, 0x1000, 4, 0x1004])
        }
        slow.socket.checkProtocol()
        quick.socket.checkProtocol()
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(sources.allSatisfy { $0.responses == [.ok, .ok, .ok, .ok] })
        #expect(slow.mostRequests == 1)
        // 5 ns for each request of the slow target, first come, first served.
        let begins = slow.trace.filter { $0.hasPrefix("BEGIN") }
        #expect(begins.prefix(3) == ["BEGIN_REQ 0 @ 1 ns", "BEGIN_REQ 0 @ 6 ns", "BEGIN_REQ 0 @ 11 ns"])
    }

    @Test("routers nest, add their latency to the request, and answer holes themselves")
    func routers() throws {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner", ["latency": .time(.nanoseconds(3))])
        let target = PhasedTarget(bench.context("t"))
        try inner.map(Region(start: 0x100, size: 0x100, target: target.socket))
        try bench.map(inner.in, at: 0x8000, size: 0x1000)
        let source = PhasedSource(bench.context("i"))
        source.socket.bind(to: bench.router.in)
        source.send([0x8104, 0x4, 0x8ffe])
        bench.run(for: .microseconds(1))
        #expect(target.trace == ["BEGIN_REQ 4 @ 4 ns", "END_RESP 4 @ 21 ns"])
        // Between call and answer the address is the target's; what comes back has the initiator's.
        #expect(source.trace.contains("BEGIN_RESP 33028 @ 19 ns"))
        #expect(source.responses.sorted { $0.rawValue < $1.rawValue } == [.addressError, .addressError, .ok])
        let traffic = source.socket.traffic
        #expect(traffic.map(\.target) == ["router", "inner", "t"] || traffic.map(\.errors).reduce(0, +) == 2)
    }

    @Test("a phase that nobody waits for fails the run by its place")
    func strayPhases() throws {
        let simulation = Simulation()
        let source = PhasedSource(ModuleContext(name: "i", parent: simulation.root))
        let target = PhasedTarget(ModuleContext(name: "t", parent: simulation.root))
        source.socket.bind(to: target.socket)
        simulation.log.sink = RecordingSink()
        let stray = source.pool.take(.read, address: 4, count: 4)
        var phase = Phase.beginResponse
        var delay = SimTime.zero
        #expect(target.socket.transportBackward(stray, phase: &phase, delay: &delay) == .completed)
        let failure = try #require(simulation.failure)
        #expect(
            failure.description.hasPrefix("t.socket: BEGIN_RESP is sent for transaction 1 (read of 4 bytes at 0x4)"))
    }

    @Test("extended phases are the same wherever they are declared, and others ignore them")
    func extended() {
        let here = Phase("refresh")
        let there = Phase("refresh")
        #expect(here == there && here.hashValue == there.hashValue && here != Phase("other"))
        #expect(here.isExtended && !Phase.endResponse.isExtended && "\(here)" == "refresh")
        #expect("\(Phase.beginRequest) \(Phase.none)" == "BEGIN_REQ none")
    }

    @Test("a transaction under way stands in the way of a snapshot, and ends with a reset")
    func snapshot() throws {
        let bench = SimBench()
        let target = PhasedTarget(bench.context("t"))
        let source = PhasedSource(bench.context("i"))
        source.socket.bind(to: target.socket)
        source.send([0])
        bench.run(for: .nanoseconds(8))
        let error = #expect(throws: SnapshotError.self) { try bench.simulation.save() }
        #expect(error?.description.hasPrefix("t.queue") ?? false)
        let held = try #require(source.pool.outstanding.first)
        bench.simulation.reset()
        #expect(source.pool.outstanding.isEmpty && target.queue.count == 0 && !held.isHeld)
        bench.run(for: .nanoseconds(100))
        #expect(source.responses.isEmpty)
    }
}
