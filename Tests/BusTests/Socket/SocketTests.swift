import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Sockets and traffic")
struct SocketTests {
    @Test("each access counts once, at the initiator, for the target that served it")
    func counting() throws {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner")
        let a = RecordingTarget(bench.context("a"))
        let b = RecordingTarget(bench.context("b"))
        a.latency = .nanoseconds(4)
        try inner.map(Region(start: 0, size: 0x100, target: a.bus))
        try bench.map(inner.in, at: 0, size: 0x100)
        try bench.map(b.bus, at: 0x1000, size: 0x100)
        bench.probe.read(0, count: 4)
        bench.probe.write(0, UInt64(1))
        bench.probe.attributes.isFetch = true
        bench.probe.read(0, count: 2)
        bench.probe.attributes.isFetch = false
        b.response = .genericError
        bench.probe.write(0x1000, UInt8(1))
        let traffic = bench.probe.bus.traffic
        #expect(traffic.map(\.target) == ["a", "b"] && traffic.allSatisfy { $0.initiator == "probe" })
        var cell = TrafficCell()
        cell.reads = 1
        cell.readBytes = 4
        cell.writes = 1
        cell.writeBytes = 8
        cell.fetches = 1
        cell.fetchBytes = 2
        cell.latencyPicoseconds = 12_000
        #expect(traffic[0].cell == cell)
        #expect(traffic[1].writes == 1 && traffic[1].errors == 1 && traffic[1].writeBytes == 0)
    }

    @Test("page walks are counted apart, debug accesses not at all")
    func apart() throws {
        let bench = SimBench()
        _ = try bench.addRam(at: 0, size: 0x1000)
        bench.probe.attributes.isPageWalk = true
        bench.probe.read(0, count: 8)
        var word: UInt64 = 0
        var delay = SimTime.zero
        let grant = try #require(
            bench.probe.bus.directMemory(at: 0, for: .read, attributes: Attributes(isPageWalk: true)))
        grant.read(at: 8, into: &word, count: 8, delay: &delay)
        _ = bench.probe.debugRead(0, count: 8)
        #expect(bench.probe.bus.traffic.isEmpty)
        #expect(bench.probe.bus.pageWalkTraffic.map(\.reads) == [2])
    }

    @Test("whoever looks on sees which target serves, the inner one of an access within an access, and nothing between")
    func serving() throws {
        final class Seen: Module {
            let bus: TargetSocket
            let out: InitiatorSocket
            var place: UnsafePointer<UInt>?
            var words: [UInt] = []

            override init(_ context: ModuleContext) {
                bus = TargetSocket("bus", context)
                out = InitiatorSocket("out", context)
                super.init(context)
                bus.onTransport { [unowned self] transaction, delay in
                    words.append(place?.pointee ?? 0)
                    if out.isBound {
                        _ = try? out.read(UInt32.self, at: 0, delay: &delay)
                        words.append(place?.pointee ?? 0)
                    }
                    transaction.response = .ok
                }
            }
        }
        let bench = SimBench()
        let outer = Seen(bench.context("outer"))
        let inner = Seen(bench.context("inner"))
        try bench.map(outer.bus, at: 0, size: 0x10)
        outer.out.bind(to: inner.bus)
        bench.probe.read(0, count: 4)
        #expect(outer.words == [0, 0] && inner.words == [0])
        let place = BusDirectory.of(bench.simulation).watchServing()
        outer.place = place
        inner.place = place
        bench.probe.read(0, count: 4)
        let (first, second) = (UInt(outer.bus.id.rawValue), UInt(inner.bus.id.rawValue))
        #expect(outer.words.suffix(2) == [first, first] && inner.words.last == second && place.pointee == 0)
        #expect(bench.probe.bus.traffic.map(\.reads) == [2])
    }

    @Test("a cell keeps its address, and clearing sets it to zero")
    func stableCells() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x1000)
        let cell = bench.probe.bus.cell(for: ram.bus.id)
        for index in 0..<200 { _ = bench.probe.bus.cell(for: TargetID(rawValue: UInt16(index * 300))) }
        bench.probe.read(0, count: 4)
        #expect(cell.pointee.reads == 1 && bench.probe.bus.cell(for: ram.bus.id) == cell)
        bench.probe.bus.clearTraffic()
        #expect(cell.pointee.isZero)
    }

    @Test("an initiator that counts lazily is asked before its traffic is read")
    func lazyCounting() throws {
        final class Lazy: TrafficSource {
            let cell: UnsafeMutablePointer<TrafficCell>
            init(_ cell: UnsafeMutablePointer<TrafficCell>) { self.cell = cell }
            func foldTraffic() { cell.pointee.fetches += 10 }
        }
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x1000)
        let lazy = Lazy(bench.probe.bus.cell(for: ram.bus.id))
        bench.probe.bus.countsLazily(through: lazy)
        #expect(BusDirectory.of(bench.simulation).traffic.map(\.fetches) == [10])
        withExtendedLifetime(lazy) {}
    }

    @Test("the socket fills in who makes the access")
    func initiator() throws {
        let bench = SimBench()
        let target = RecordingTarget(bench.context("t"))
        try bench.map(target.bus, at: 0, size: 0x10)
        let other = bench.addProbe("other")
        other.attributes.privilege = 1
        other.read(0, count: 1)
        let attributes = try #require(target.accesses.first?.attributes)
        #expect(attributes.initiator == other.bus.id && attributes.privilege == 1 && !attributes.isFetch)
    }

    @Test("attributes keep to their bits")
    func attributes() {
        var attributes = Attributes(initiator: InitiatorID(rawValue: 0xabcd), privilege: 1, isPageWalk: true)
        attributes.isExclusive = true
        attributes.isFetch = true
        attributes.isPageWalk = false
        attributes.privilege = 3
        attributes.initiator = InitiatorID(rawValue: 0x1234)
        #expect(attributes.initiator.rawValue == 0x1234 && attributes.privilege == 3)
        #expect(attributes.isExclusive && attributes.isFetch && !attributes.isPageWalk)
        #expect(attributes.bits == 0x1234 << 5 | 0b01111)
    }

    @Test("an extension travels with a transaction, one of each type")
    func extensions() {
        struct Tag: TransactionExtension, Equatable { var value: Int }
        struct Other: TransactionExtension {}
        var byte: UInt8 = 0
        var transaction = Transaction(.read, address: 0, data: &byte, count: 1)
        #expect(transaction.extensions.isEmpty && transaction.extensions[Tag.self] == nil)
        transaction.extensions[Tag.self] = Tag(value: 1)
        transaction.extensions[Tag.self] = Tag(value: 2)
        #expect(transaction.extensions[Tag.self] == Tag(value: 2))
        #expect(transaction.extensions[Other.self] == nil)
        transaction.extensions[Tag.self] = nil
        #expect(transaction.extensions[Tag.self] == nil)
    }

    @Test("a target that waits is refused behind an initiator that never does")
    func waiting() throws {
        let simulation = Simulation()
        let router = Router(ModuleContext(name: "router", parent: simulation.root))
        let slow = WaitingTarget(ModuleContext(name: "slow", parent: simulation.root))
        try router.map(Region(start: 0, size: 16, target: slow.bus))
        let module = Module(ModuleContext(name: "m", parent: simulation.root))
        let socket = InitiatorSocket("bus", in: module, neverWaits: true)
        socket.bind(to: router.in)
        let error = #expect(throws: ElaborationError.self) { try simulation.elaborate() }
        #expect(error?.description.contains("m.bus: its accesses never wait, but they reach “slow.bus”") == true)
    }

    @Test("the latency of an access includes what its target waited")
    func waitedLatency() throws {
        let simulation = Simulation()
        let slow = WaitingTarget(ModuleContext(name: "slow", parent: simulation.root))
        let probe = ProbeInitiator(ModuleContext(name: "probe", parent: simulation.root))
        probe.bus.bind(to: slow.bus)
        probe.delay = .nanoseconds(10)
        _ = probe.thread("go") { _ in probe.read(0, count: 1) }
        _ = simulation.run(until: .microseconds(1))
        #expect(probe.delay == .zero && probe.response == .ok)
        #expect(probe.bus.traffic.map(\.latency) == [.nanoseconds(30)])
    }
}

/// Waits until the access's time and 30 ns more.
final class WaitingTarget: Module, BusTarget {
    let bus: TargetSocket

    override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context, mayWait: true)
        super.init(context)
        bus.serve(self)
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        try? scheduler.currentThread?.wait(for: delay + .nanoseconds(30))
        delay = .zero
        transaction.response = .ok
    }
}
