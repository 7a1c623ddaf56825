import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Multi sockets, tags, call-backs and hierarchy")
struct MultiSocketTests {
    /// Passes everything that comes in at any binding on to the binding of the same number.
    private final class Bridge: Module, TaggedBusTarget, TaggedPhaseTarget, TaggedPhaseInitiator {
        let `in`: MultiTargetSocket
        let out: MultiInitiatorSocket
        private(set) var tags: [Int] = []

        override init(_ context: ModuleContext) {
            `in` = MultiTargetSocket("in", context)
            out = MultiInitiatorSocket("out", context)
            super.init(context)
            `in`.serve(self)
            `in`.servePhases(self)
            out.servePhases(self)
        }

        func transport(_ transaction: inout Transaction, delay: inout SimTime, tag: Int) {
            tags.append(tag)
            out[tag].transport(&transaction, delay: &delay)
        }

        func debugTransport(_ transaction: inout Transaction, tag: Int) -> Int {
            out[tag].debugTransport(&transaction)
        }

        func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory, tag: Int) -> Bool {
            out[tag].directMemory(at: request.address, for: request.command, into: &grant)
        }

        func transportForward(
            _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime, tag: Int
        ) -> TransportStatus {
            tags.append(tag)
            return out[tag].transportForward(transaction, phase: &phase, delay: &delay)
        }

        func transportBackward(
            _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime, tag: Int
        ) -> TransportStatus {
            tags.append(10 + tag)
            return `in`.transportBackward(transaction, phase: &phase, delay: &delay)
        }
    }

    @Test("call-backs get the index of the binding in both directions, in the order of binding")
    func indices() throws {
        let bench = SimBench()
        let bridge = Bridge(bench.context("bridge"))
        let targets = (0..<2).map { PhasedTarget(bench.context("t\($0)")) }
        let sources = (0..<2).map { PhasedSource(bench.context("i\($0)")) }
        for target in targets { bridge.out.bind(to: target.socket) }
        for source in sources {
            source.socket.bind(to: bridge.in)
            source.socket.checkProtocol()
        }
        sources[1].send([8])
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(bridge.tags == [1, 11, 11, 1])
        #expect(targets[1].memory[8] == 9 && targets[0].trace.isEmpty && sources[1].responses == [.ok])
        // Both hops count: the initiator's own, and that of the bridge.
        #expect(sources[1].socket.traffic.map(\.target) == ["t1"])
        #expect(bridge.out[1].traffic.map(\.initiator) == ["bridge.out[1]"])
        #expect(bridge.out[1].traffic.map(\.writeBytes) == [4] && bridge.out[0].traffic.isEmpty)
        #expect(bridge.in.bindings.map(\.path) == ["bridge.in[0]", "bridge.in[1]"])
    }

    @Test("blocking accesses, debug accesses and direct memory carry the index too")
    func blocking() throws {
        let bench = SimBench()
        let bridge = Bridge(bench.context("bridge"))
        let memories = try (0..<2).map { try bench.make(Ram.self, "m\($0)", ["size": .size(.init(bytes: 4096))]) }
        for memory in memories { bridge.out.bind(to: memory.bus) }
        let probes = (0..<2).map { ProbeInitiator(bench.context("p\($0)")) }
        for probe in probes { probe.bus.bind(to: bridge.in) }
        probes[1].write(4, UInt32(0x1234))
        #expect(bridge.tags == [1] && probes[0].read(4, as: UInt32.self) == 0)
        #expect(probes[1].debugRead(4, count: 2) == [0x34, 0x12])
        #expect(probes[1].bus.directMemory(at: 0, for: .write)?.target == memories[1].bus.id)
    }

    /// A module that shows the sockets of one inside.
    private final class Shell: Module {
        let `in`: MultiTargetSocket
        let out: MultiInitiatorSocket

        override init(_ context: ModuleContext) {
            `in` = MultiTargetSocket("in", context)
            out = MultiInitiatorSocket("out", context)
            super.init(context)
        }
    }

    @Test(
        "sockets of a module inside are led through those around it, bound before or after", arguments: [false, true])
    func hierarchy(isBoundFirst: Bool) throws {
        let bench = SimBench()
        let shell = Shell(bench.context("shell"))
        let bridge = Bridge(ModuleContext(name: "bridge", parent: shell))
        let target = PhasedTarget(bench.context("t"))
        let source = PhasedSource(bench.context("i"))
        func bindOutside() {
            shell.out.bind(to: target.socket)
            source.socket.bind(to: shell.in)
        }
        if isBoundFirst { bindOutside() }
        shell.in.bind(to: bridge.in)
        bridge.out.bind(to: shell.out)
        if !isBoundFirst { bindOutside() }
        source.send([4])
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(source.responses == [.ok] && bridge.tags == [0, 10, 10, 0])
    }

    @Test("single sockets are led through too, and count where they are used", arguments: [false, true])
    func singleHierarchy(isBoundFirst: Bool) throws {
        let bench = SimBench()
        let shell = Module(bench.context("shell"))
        let outerIn = TargetSocket("in", in: shell)
        let outerOut = InitiatorSocket("out", in: shell)
        let source = PhasedSource(ModuleContext(name: "i", parent: shell))
        let target = PhasedTarget(ModuleContext(name: "t", parent: shell))
        if isBoundFirst { outerOut.bind(to: outerIn) }
        outerIn.bind(to: target.socket)
        source.socket.bind(to: outerOut)
        if !isBoundFirst { outerOut.bind(to: outerIn) }
        source.send([4])
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
        #expect(source.responses == [.ok] && source.socket.traffic.map(\.target) == ["shell.t"])
        #expect(outerOut.traffic.isEmpty)
    }

    @Test("a socket that leads inwards and is served by its own module is refused by its path")
    func both() throws {
        let bench = SimBench()
        let bridge = Bridge(bench.context("bridge"))
        let inside = Bridge(ModuleContext(name: "inside", parent: bridge))
        bridge.in.bind(to: inside.in)
        let ram = try bench.addRam(at: 0, size: 0x1000)
        for socket in [bridge.out, inside.out] { socket.bind(to: ram.bus) }
        let error = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(
            error?.description
                == "bridge.in: the socket is served by its module and leads inwards; expected one of both: a hierarchical "
                + "or a direct binding")
    }

    @Test("a multi socket that is bound to nothing is refused by its path")
    func unbound() throws {
        let bench = SimBench()
        let bridge = Bridge(bench.context("bridge"))
        let error = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(error?.description.hasPrefix("bridge.out: the initiator socket is not bound") ?? false)
        withExtendedLifetime(bridge) {}
    }

    @Test("call-backs serve a socket without a protocol of the module's own")
    func callbacks() throws {
        let simulation = Simulation()
        let initiator = Module(ModuleContext(name: "i", parent: simulation.root))
        let target = Module(ModuleContext(name: "t", parent: simulation.root))
        let out = InitiatorSocket("out", in: initiator)
        let into = TargetSocket("in", in: target)
        let pool = TransactionPool("pool", in: initiator, bufferSize: 4)
        var trace: [String] = []
        out.onBackward { transaction, phase, delay in
            trace.append("backward \(phase)")
            return .completed
        }
        into.onForward { transaction, phase, delay in
            trace.append("forward \(phase)")
            return .accepted
        }
        into.onTransport { transaction, delay in
            delay += .nanoseconds(3)
            transaction.response = .ok
        }
        out.bind(to: into)
        let transaction = pool.take(.write, address: 0, count: 4)
        var phase = Phase.beginRequest
        var delay = SimTime.zero
        _ = out.transportForward(transaction, phase: &phase, delay: &delay)
        transaction.payload.response = .ok
        phase = .beginResponse
        delay = .nanoseconds(4)
        #expect(into.transportBackward(transaction, phase: &phase, delay: &delay) == .completed)
        transaction.release()
        var byte: UInt8 = 0
        var access = Transaction(.read, address: 0, data: &byte, count: 1)
        delay = .zero
        out.transport(&access, delay: &delay)
        #expect(trace == ["forward BEGIN_REQ", "backward BEGIN_RESP"] && access.response == .ok)
        #expect(out.traffic.map(\.latency) == [.nanoseconds(7)] && out.traffic.map(\.writeBytes) == [4])
    }
}
