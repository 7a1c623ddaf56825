import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Router")
struct RouterTests {
    @Test("an access reaches the target with an address of its own, and the initiator's stays")
    func translates() throws {
        let bench = SimBench()
        let target = RecordingTarget(bench.context("t"))
        try bench.map(target.bus, at: 0x1000, size: 0x100, offset: 0x20)
        bench.probe.write(0x1010, UInt32(7))
        #expect(target.accesses.map(\.address) == [0x30])
        var byte: UInt8 = 0
        var transaction = Transaction(.read, address: 0x10ff, data: &byte, count: 1)
        var delay = SimTime.zero
        bench.probe.bus.transport(&transaction, delay: &delay)
        #expect(transaction.address == 0x10ff)
        #expect(transaction.target == target.bus.id)
        #expect(target.accesses.last?.address == 0x11f)
    }

    @Test("a hole answers with an address error that counts at the router")
    func hole() throws {
        let bench = SimBench()
        let target = RecordingTarget(bench.context("t"))
        try bench.map(target.bus, at: 0x1000, size: 0x100)
        bench.probe.read(0xfff, count: 1)
        #expect(bench.probe.response == .addressError)
        bench.probe.read(0x1100, count: 1)
        #expect(bench.probe.response == .addressError)
        bench.probe.read(.max, count: 1)
        #expect(bench.probe.response == .addressError)
        let record = try #require(bench.probe.bus.traffic.first)
        #expect(record.target == "router")
        #expect(record.reads == 3 && record.errors == 3 && record.readBytes == 0)
    }

    @Test("a hole can read as zeros")
    func zeroHole() throws {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner", ["unmapped": .choice("zero")])
        try bench.map(inner.in, at: 0, size: 0x1000)
        #expect(bench.probe.read(0x10, count: 2) == [0, 0])
        #expect(bench.probe.response == .ok)
        #expect(bench.probe.write(0x10, UInt8(1)) == .ok)
    }

    @Test("the nearest region is named in the log, once for each page")
    func nearest() throws {
        let bench = SimBench()
        let sink = RecordingSink()
        bench.simulation.log.sink = sink
        bench.simulation.log.threshold = .debug
        let target = RecordingTarget(bench.context("uart0"))
        try bench.map(target.bus, at: 0x1000_0000, size: 0x100)
        bench.probe.read(0x1000_0200, count: 1)
        bench.probe.read(0x1000_0204, count: 1)
        #expect(sink.records.count == 1)
        #expect(sink.records.first?.message.contains("“uart0” (0x10000000...0x100000ff)") == true)
        #expect(bench.router.nearestRegion(to: 0)?.name == "uart0")
    }

    @Test("of regions that overlap the highest priority is seen")
    func priorities() throws {
        let bench = SimBench()
        let low = RecordingTarget(bench.context("low"))
        let high = RecordingTarget(bench.context("high"))
        try bench.map(high.bus, at: 0x1000, size: 0x1000, priority: 1)
        try bench.map(low.bus, at: 0, size: 0x4000, priority: -1)
        for address: UInt64 in [0, 0xfff, 0x1000, 0x1fff, 0x2000, 0x3fff] { bench.probe.read(address, count: 1) }
        #expect(low.accesses.map(\.address) == [0, 0xfff, 0x2000, 0x3fff])
        #expect(high.accesses.map(\.address) == [0, 0xfff])
    }

    @Test("an overlap at one priority names both regions and their ranges")
    func overlap() throws {
        let bench = SimBench()
        let a = RecordingTarget(bench.context("a"))
        let b = RecordingTarget(bench.context("b"))
        try bench.map(a.bus, at: 0x1000, size: 0x1000)
        let error = #expect(throws: ElaborationError.self) { try bench.map(b.bus, at: 0x1fff, size: 0x10) }
        let text = error?.description ?? ""
        #expect(text.contains("router: "))
        #expect(text.contains("“a” (0x1000...0x1fff)") && text.contains("“b” (0x1fff...0x200e)"))
        #expect(text.contains("priority 0"))
    }

    @Test(
        "regions that cannot be are refused",
        arguments: [
            (UInt64(0x10), UInt64(0), UInt64(0), "is empty"),
            (UInt64.max - 3, 5, 0, "beyond the 64-bit address space"),
            (0, 0x10, UInt64.max - 3, "beyond the 64-bit addresses of its target"),
        ])
    func illegal(start: UInt64, size: UInt64, offset: UInt64, problem: String) throws {
        let bench = SimBench()
        let target = RecordingTarget(bench.context("t"))
        let error = #expect(throws: ElaborationError.self) {
            try bench.map(target.bus, at: start, size: size, offset: offset)
        }
        #expect(error?.description.contains(problem) == true)
    }

    @Test("a region may end at the last address")
    func lastAddress() throws {
        let bench = SimBench()
        let target = RecordingTarget(bench.context("t"))
        try bench.map(target.bus, at: .max - 0xff, size: 0x100)
        bench.probe.read(.max, count: 1)
        #expect(bench.probe.response == .ok)
        #expect(target.accesses.first?.address == 0xff)
        bench.probe.read(.max, count: 2)
        #expect(bench.probe.response == .addressError)
    }

    @Test("routers must not form a circle")
    func circle() throws {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner")
        try bench.map(inner.in, at: 0, size: 0x1000)
        let error = #expect(throws: ElaborationError.self) {
            try inner.map(Region(start: 0, size: 16, target: bench.router.in))
        }
        #expect(error?.description.contains("leads back") == true)
    }

    @Test("an access across a boundary is an address error, unless the target continues")
    func straddling() throws {
        let bench = SimBench()
        let ram = try bench.make(Ram.self, "ram", ["size": .size(0x3000)])
        try bench.map(ram.bus, at: 0x1000, size: 0x1000, name: "first")
        try bench.map(ram.bus, at: 0x2000, size: 0x1000, offset: 0x1000, name: "second")
        try bench.map(ram.bus, at: 0x3000, size: 0x800, offset: 0, name: "alias")
        #expect(bench.probe.write(0x1ffe, UInt32(0x0403_0201)) == .ok)
        #expect(ram.bytes(at: 0xffe, count: 4) == [1, 2, 3, 4])
        #expect(bench.probe.write(0x2ffe, UInt32(1)) == .addressError)
        #expect(bench.probe.write(0x37fe, UInt32(1)) == .addressError)
        #expect(bench.probe.write(0x37fe, UInt16(1)) == .ok)
        // Streaming stays within its width.
        #expect(bench.probe.write(0x37fe, bytes: [1, 2, 3, 4], streamingWidth: 2) == .ok)
    }

    @Test("each router adds its latency to accesses and to grants")
    func latency() throws {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner", ["latency": .time(.nanoseconds(3))])
        let ram = try bench.make(
            Ram.self, "ram", ["size": .size(0x1000), "read-latency": .time(.nanoseconds(20))])
        try inner.map(Region(start: 0, size: 0x1000, target: ram.bus))
        try bench.map(inner.in, at: 0x8000, size: 0x1000)
        bench.probe.read(0x8000, count: 4)
        #expect(bench.probe.delay == .nanoseconds(23))
        let grant = try #require(bench.probe.bus.directMemory(at: 0x8000, for: .read))
        #expect(grant.readLatency == .nanoseconds(23))
        #expect(grant.writeLatency == .nanoseconds(3))
    }

    @Test("the map may change while the simulation runs")
    func remap() throws {
        let bench = SimBench()
        let a = RecordingTarget(bench.context("a"))
        let b = RecordingTarget(bench.context("b"))
        try bench.map(a.bus, at: 0, size: 0x1000)
        bench.probe.read(0, count: 1)
        try bench.map(b.bus, at: 0, size: 0x10, priority: 1)
        bench.probe.read(0, count: 1)
        #expect(a.accesses.count == 1 && b.accesses.count == 1)
        #expect(bench.router.unmap("b"))
        #expect(!bench.router.unmap("b"))
        bench.probe.read(0, count: 1)
        #expect(a.accesses.count == 2 && b.accesses.count == 1)
    }

    @Test("an address resolves through nested routers to the target and what is visible of it")
    func resolves() throws {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner")
        let target = RecordingTarget(bench.context("t"))
        try inner.map(Region(start: 0x100, size: 0x100, target: target.bus, offset: 0x40))
        try bench.map(inner.in, at: 0x1_0000, size: 0x180)
        let found = try #require(bench.router.resolve(0x1_0120))
        #expect(found.target === target.bus)
        #expect(found.offset == 0x60)
        #expect(found.range == 0x1_0100...0x1_017f)
        #expect(found.region == "t")
        #expect(bench.router.resolve(0x1_0000) == nil)
        #expect(bench.router.resolve(0x2_0000) == nil)
    }

    @Test("a debugger reads across regions and stops at a hole")
    func debugAcross() throws {
        let bench = SimBench()
        let a = RecordingTarget(bench.context("a"))
        let b = RecordingTarget(bench.context("b"))
        a.fill = 1
        b.fill = 2
        try bench.map(a.bus, at: 0, size: 2)
        try bench.map(b.bus, at: 2, size: 3)
        #expect(bench.probe.debugRead(0, count: 8) == [1, 1, 2, 2, 2])
        #expect(a.accesses.isEmpty && bench.probe.bus.traffic.isEmpty)
    }

    @Test("an initiator and a target that are not connected are refused at elaboration")
    func unbound() throws {
        let simulation = Simulation()
        _ = ProbeInitiator(ModuleContext(name: "lonely", parent: simulation.root))
        let error = #expect(throws: ElaborationError.self) { try simulation.elaborate() }
        #expect(error?.description == "lonely.bus: the initiator socket is not bound; expected a target socket")
    }
}
