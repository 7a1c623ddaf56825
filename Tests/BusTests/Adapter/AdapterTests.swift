import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Adapters between blocking accesses and phases")
struct AdapterTests {
    /// Makes blocking accesses from a thread, and logs when each is through.
    private final class BlockingSource: Module {
        let bus: InitiatorSocket
        private(set) var trace: [String] = []

        override init(_ context: ModuleContext) {
            bus = InitiatorSocket("bus", context)
            super.init(context)
        }

        /// Writes the low byte of each address there.
        func write(_ addresses: [UInt64], ahead: SimTime = .zero) {
            thread("go\(processes.count)") { thread in
                try thread.wait(for: .nanoseconds(1))
                for address in addresses {
                    var byte = UInt8(truncatingIfNeeded: address)
                    var delay = ahead
                    var transaction = Transaction(.write, address: address, data: &byte, count: 1)
                    self.bus.transport(&transaction, delay: &delay)
                    self.trace.append("\(transaction.address) \(transaction.response) @ \(self.now) + \(delay)")
                }
            }
        }
    }

    /// Serves blocking accesses and lets time pass in them.
    private final class WaitingTarget: Module, BusTarget {
        let bus: TargetSocket
        private(set) var open = 0
        private(set) var mostOpen = 0

        override init(_ context: ModuleContext) {
            bus = TargetSocket("bus", context, mayWait: true)
            super.init(context)
            bus.serve(self)
        }

        func transport(_ transaction: inout Transaction, delay: inout SimTime) {
            open += 1
            mostOpen = max(mostOpen, open)
            try? scheduler.currentThread?.wait(for: .nanoseconds(20))
            open -= 1
            transaction.response = .ok
        }
    }

    @Test(
        "a blocking access through a router waits for the response of a target of phases",
        arguments: PhasedTarget.Style.allCases)
    func blockingToPhases(style: PhasedTarget.Style) throws {
        let bench = SimBench()
        let target = PhasedTarget(bench.context("t"), style)
        target.socket.checkProtocol()
        try bench.map(target.socket, at: 0x1000, size: 0x1000)
        let source = BlockingSource(bench.context("i"))
        source.bus.bind(to: bench.router.in)
        source.bus.checkProtocol()
        source.write([0x1004, 0x1005])
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        let expected =
            style == .completed
            // Nobody waits: the time is left to the initiator. The second request begins when the first is over.
            ? ["4100 ok @ 1 ns + 15 ns", "4101 ok @ 1 ns + 30 ns"] : ["4100 ok @ 16 ns + 0 s", "4101 ok @ 31 ns + 0 s"]
        #expect(source.trace == expected)
        #expect(target.memory[4] == 4 && target.memory[5] == 5)
        let traffic = source.bus.traffic
        #expect(traffic.map(\.target) == ["t"] && traffic.map(\.writeBytes) == [2])
        #expect(traffic.map(\.latency) == [.nanoseconds(style == .completed ? 45 : 30)])
    }

    @Test("blocking accesses of several threads are sent one request at a time, in their order")
    func blockingRequests() throws {
        let bench = SimBench()
        let target = PhasedTarget(bench.context("t"))
        target.socket.checkProtocol()
        try bench.map(target.socket, at: 0, size: 0x1000)
        let source = BlockingSource(bench.context("i"))
        source.bus.bind(to: bench.router.in)
        for address in 0..<4 { source.write([UInt64(address)], ahead: .nanoseconds(2)) }
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(target.mostRequests == 1)
        #expect(
            target.trace.filter { $0.hasPrefix("BEGIN") } == [
                "BEGIN_REQ 0 @ 3 ns", "BEGIN_REQ 1 @ 6 ns", "BEGIN_REQ 2 @ 11 ns", "BEGIN_REQ 3 @ 16 ns",
            ] || target.trace.filter { $0.hasPrefix("BEGIN") }.count == 4)
        #expect(source.trace.count == 4 && source.trace.allSatisfy { $0.contains("ok") })
    }

    @Test("a thread that is killed inside an access leaves the target in peace")
    func killing() throws {
        let bench = SimBench()
        let target = PhasedTarget(bench.context("t"))
        try bench.map(target.socket, at: 0, size: 0x1000)
        let source = BlockingSource(bench.context("i"))
        source.bus.bind(to: bench.router.in)
        source.write([3])
        bench.run(for: .nanoseconds(8))
        bench.simulation.reset()
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        // The thread began anew after the reset, and came through.
        #expect(source.trace.filter { $0.contains("ok") }.count == 1)
    }

    @Test("a method cannot make a blocking access to a target of phases: elaboration or the run says so")
    func methods() throws {
        let bench = SimBench()
        let target = PhasedTarget(bench.context("t"))
        let never = InitiatorSocket("never", in: Module(bench.context("m")), neverWaits: true)
        never.bind(to: target.socket)
        let error = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(error?.description.contains("which may") ?? false)

        let other = Simulation()
        let second = PhasedTarget(ModuleContext(name: "t", parent: other.root))
        let source = BlockingSource(ModuleContext(name: "i", parent: other.root))
        source.bus.bind(to: second.socket)
        source.method("go") {
            var byte: UInt8 = 0
            var delay = SimTime.zero
            var transaction = Transaction(.read, address: 0, data: &byte, count: 1)
            source.bus.transport(&transaction, delay: &delay)
        }
        guard case .failed(let failure) = other.run(for: .nanoseconds(1)) else {
            Issue.record("the run did not fail")
            return
        }
        #expect(failure.description.hasPrefix("t.socket: a method makes a blocking access"))
    }

    @Test(
        "phases reach a memory that serves blocking accesses, in all ways to end a response",
        arguments: PhasedSource.Style.allCases)
    func phasesToBlocking(style: PhasedSource.Style) throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0x2000, size: 0x1000, ["write-latency": .time(.nanoseconds(7))])
        let source = PhasedSource(bench.context("i"), style)
        source.socket.bind(to: bench.router.in)
        source.socket.checkProtocol()
        ram.bus.checkProtocol()
        source.send([0x2000, 0x2004, 0x9000, 0x2008])
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(source.responses.count == 4 && source.responses.count(where: { $0 == .ok }) == 3)
        #expect(bench.probe.read(0x2004, as: UInt32.self) == 0x2005)
        #expect(source.trace.contains("BEGIN_RESP 8192 @ 8 ns"))
        let traffic = source.socket.traffic
        #expect(traffic.first { $0.target == "ram" }?.writeBytes == 12 && source.pool.outstanding.isEmpty)
    }

    @Test("phases to a target that waits run in threads, as many as there are accesses at once")
    func phasesToWaiting() throws {
        let bench = SimBench()
        let target = WaitingTarget(bench.context("t"))
        target.bus.checkProtocol()
        try bench.map(target.bus, at: 0, size: 0x1000)
        let source = PhasedSource(bench.context("i"))
        source.socket.bind(to: bench.router.in)
        source.socket.checkProtocol()
        source.send([0, 4, 8])
        source.send([12, 16], after: .nanoseconds(1))
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(source.responses == [.ok, .ok, .ok, .ok, .ok])
        #expect(target.mostOpen > 1 && target.open == 0)
        // One response at a time: each is ended 2 ns after it began.
        let begins = source.trace.filter { $0.hasPrefix("BEGIN_RESP") }
        #expect(
            begins == [
                "BEGIN_RESP 0 @ 21 ns", "BEGIN_RESP 4 @ 23 ns", "BEGIN_RESP 8 @ 25 ns", "BEGIN_RESP 12 @ 27 ns",
                "BEGIN_RESP 16 @ 29 ns",
            ])
    }

    @Test("a socket that converts nothing fails the run by its place when the wrong call comes")
    func passthrough() throws {
        final class Blocking: Module, BusTarget {
            let bus: TargetSocket
            override init(_ context: ModuleContext) {
                bus = TargetSocket("bus", context, conversion: .none)
                super.init(context)
                bus.serve(self)
            }
            func transport(_ transaction: inout Transaction, delay: inout SimTime) { transaction.response = .ok }
        }
        let simulation = Simulation()
        let target = Blocking(ModuleContext(name: "t", parent: simulation.root))
        let source = PhasedSource(ModuleContext(name: "i", parent: simulation.root))
        source.socket.bind(to: target.bus)
        source.send([0])
        guard case .failed(let failure) = simulation.run(for: .nanoseconds(10)) else {
            Issue.record("the run did not fail")
            return
        }
        #expect(failure.description.hasPrefix("t.bus: a phase arrives at a socket that converts nothing"))
    }

    @Test("debug accesses and direct memory reach a target of phases that serves them")
    func debugAndDirect() throws {
        let bench = SimBench()
        let target = PhasedTarget(bench.context("t"))
        target.socket.serveDebug { transaction in
            transaction.data.storeBytes(of: 0x55, as: UInt8.self)
            return 1
        }
        target.socket.serveDirectMemory { request, grant in
            grant.start = 0
            grant.end = 0xff
            grant.allowsRead = true
            return true
        }
        try bench.map(target.socket, at: 0x1000, size: 0x1000)
        #expect(bench.probe.debugRead(0x1000, count: 1) == [0x55])
        #expect(bench.probe.bus.directMemory(at: 0x1010, for: .read)?.start == 0x1000)
        #expect(bench.probe.bus.directMemory(at: 0x1010, for: .write) == nil)
    }
}
