import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Direct memory")
struct DirectMemoryTests {
    @Test("a grant is clipped and translated through routers and aliases")
    func clipping() throws {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner")
        let ram = try bench.make(Ram.self, "ram", ["size": .size(0x4000)])
        // inner: 0x100...0x2fff shows 0x1000...0x3eff of the RAM.
        try inner.map(Region(start: 0x100, size: 0x2f00, target: ram.bus, offset: 0x1000))
        // outer: 0x8000...0x8fff shows 0x1000...0x1fff of inner.
        try bench.map(inner.in, at: 0x8000, size: 0x1000, offset: 0x1000)
        try bench.map(inner.in, at: 0x10000, size: 0x400, offset: 0x80, name: "alias")
        let grant = try #require(bench.probe.bus.directMemory(at: 0x8abc, for: .write))
        #expect(grant.start == 0x8000 && grant.end == 0x8fff)
        #expect(grant.base == ram.base + 0x1f00)
        let alias = try #require(bench.probe.bus.directMemory(at: 0x10100, for: .read))
        #expect(alias.start == 0x10080 && alias.end == 0x103ff)
        #expect(alias.base == ram.base + 0x1000)
        #expect(bench.probe.bus.directMemory(at: 0x10000, for: .read) == nil)
        #expect(bench.probe.bus.directMemory(at: 0x20000, for: .read) == nil)
    }

    @Test("a grant shows the same bytes as transactions, wherever a region of higher priority cuts in")
    func cut() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x4000)
        let device = RecordingTarget(bench.context("device"))
        try bench.map(device.bus, at: 0x1800, size: 0x10, priority: 1)
        let below = try #require(bench.probe.bus.directMemory(at: 0x10, for: .read))
        #expect(below.start == 0 && below.end == 0x17ff)
        let above = try #require(bench.probe.bus.directMemory(at: 0x2000, for: .read))
        #expect(above.start == 0x1810 && above.end == 0x3fff)
        #expect(above.pointer(to: 0x1810) == ram.base + 0x1810)
        #expect(bench.probe.bus.directMemory(at: 0x1800, for: .read) == nil)
    }

    @Test("a change of the map ends the grants that it touches, in the initiator's addresses")
    func invalidation() throws {
        let bench = SimBench()
        let inner = try bench.make(Router.self, "inner")
        let ram = try bench.make(Ram.self, "ram", ["size": .size(0x2000)])
        try inner.map(Region(start: 0, size: 0x2000, target: ram.bus))
        try bench.map(inner.in, at: 0x8000, size: 0x1000, offset: 0x800)
        let before = bench.probe.invalidated.count
        let device = RecordingTarget(bench.context("device"))
        try inner.map(Region(start: 0x900, size: 0x10, target: device.bus, priority: 1))
        #expect(bench.probe.invalidated.dropFirst(before) == [0x8100...0x810f])
        // Outside of what the outer region shows, nobody is told.
        try inner.map(Region(start: 0x10, size: 0x10, target: device.bus, priority: 1, name: "other"))
        #expect(bench.probe.invalidated.count == before + 1)
        ram.bus.invalidateDirectMemory()
        #expect(bench.probe.invalidated.last == 0x8000...0x8fff)
    }

    @Test("a ROM grants reading only")
    func rights() throws {
        let bench = SimBench()
        let rom = try bench.make(Rom.self, "rom", ["size": .size(0x1000)])
        try bench.map(rom.bus, at: 0, size: 0x1000)
        let grant = try #require(bench.probe.bus.directMemory(at: 0, for: .read))
        #expect(grant.allowsRead && !grant.allowsWrite)
        #expect(bench.probe.bus.directMemory(at: 0, for: .write) == nil)
    }

    @Test("who asks for reading is granted writing too, wherever the target allows it")
    func promotion() throws {
        let bench = SimBench()
        _ = try bench.addRam(
            at: 0x1000, size: 0x1000, ["read-latency": .time(.nanoseconds(2)), "write-latency": .time(.nanoseconds(3))])
        let grant = try #require(bench.probe.bus.directMemory(at: 0x1800, for: .read))
        #expect(grant.allowsRead && grant.allowsWrite && grant.start == 0x1000 && grant.end == 0x1fff)
        #expect(grant.readLatency == .nanoseconds(2) && grant.writeLatency == .nanoseconds(3))
        #expect(bench.probe.bus.traffic.isEmpty)
    }

    /// Does what it is told when its grants end.
    private final class Holder: DirectMemoryObserver {
        var action: () -> Void = {}
        func directMemoryInvalidated(range: ClosedRange<UInt64>) { action() }
    }

    @Test("accesses work inside of an invalidation, and grants can be had again after it")
    func insideInvalidation() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x1000)
        let holder = Holder()
        var responses: [Response] = []
        let probe = bench.probe
        holder.action = { responses.append(probe.write(0x10, UInt32(7))) }
        probe.bus.onInvalidate(holder)
        ram.bus.invalidateDirectMemory()
        #expect(responses == [.ok] && ram.bytes(at: 0x10, count: 1) == [7])
        #expect(probe.bus.directMemory(at: 0, for: .read) != nil)
    }

    @Test("a request for direct memory from inside of an invalidation traps")
    func requestInsideInvalidation() async {
        await #expect(processExitsWith: .failure) {
            let bench = SimBench()
            let ram = try bench.addRam(at: 0, size: 0x1000)
            let holder = Holder()
            let probe = bench.probe
            holder.action = { _ = probe.bus.directMemory(at: 0, for: .read) }
            probe.bus.onInvalidate(holder)
            ram.bus.invalidateDirectMemory()
        }
    }

    @Test(
        "the traffic of the same accesses is the same with and without direct memory", arguments: [1, 2, 3] as [UInt64])
    func traffic(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let bench = SimBench()
        _ = try bench.addRam(
            at: 0x8000, size: 0x1000, ["read-latency": .time(.nanoseconds(7)), "write-latency": .time(.nanoseconds(9))])
        let direct = bench.addProbe("direct")
        let grant = try #require(direct.bus.directMemory(at: 0x8000, for: .write))
        #expect(direct.bus.traffic.isEmpty, "obtaining a grant is no access")
        var word: UInt64 = 0
        for _ in 0..<500 {
            let count = [1, 2, 4, 8].randomElement(using: &random)!
            let address = 0x8000 + UInt64.random(in: 0...0xff8, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                bench.probe.read(address, count: count)
                grant.read(at: address, into: &word, count: count, delay: &direct.delay)
            case 1:
                bench.probe.attributes.isFetch = true
                bench.probe.read(address, count: count)
                bench.probe.attributes.isFetch = false
                grant.read(at: address, into: &word, count: count, isFetch: true, delay: &direct.delay)
            default:
                bench.probe.write(address, bytes: .init(repeating: 1, count: count))
                grant.write(at: address, from: &word, count: count, delay: &direct.delay)
            }
        }
        let timed = try #require(bench.probe.bus.traffic.first)
        let bypassing = try #require(direct.bus.traffic.first)
        #expect(timed.cell == bypassing.cell)
        #expect(timed.reads + timed.writes + timed.fetches == 500)
        #expect(timed.target == "ram" && bypassing.initiator == "direct")
        #expect(timed.latency == bench.probe.delay && bench.probe.delay == direct.delay)
    }

    @Test("direct writes break the reservations of others and are seen by the watch")
    func duties() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x2000)
        let dma = bench.addProbe("dma")
        let grant = try #require(dma.bus.directMemory(at: 0, for: .write))
        _ = bench.probe.loadReserved(0x40)
        var value: UInt32 = 5
        var delay = SimTime.zero
        grant.write(at: 0x80, from: &value, count: 4, delay: &delay)
        #expect(bench.probe.storeConditional(0x40, 1))
        _ = bench.probe.loadReserved(0x40)
        grant.write(at: 0x7c, from: &value, count: 4, delay: &delay)
        #expect(!bench.probe.storeConditional(0x40, 2))
        let watcher = Watcher()
        ram.writeWatch.add(watcher)
        ram.writeWatch.watch(page: 1)
        grant.write(at: 0xffe, from: &value, count: 4, delay: &delay)
        #expect(watcher.written == [Watcher.Write(offset: 0xffe, count: 4, by: dma.bus.id)])
    }
}

/// Remembers what the write watch says.
final class Watcher: WriteWatchObserver {
    struct Write: Equatable {
        var offset: UInt64
        var count: Int
        var by: InitiatorID
    }
    var written: [Write] = []
    var pages: [UInt64] = []
    var reasons: [WatchReason] = []

    func memoryWritten(offset: UInt64, count: Int, by initiator: InitiatorID) {
        written.append(Write(offset: offset, count: count, by: initiator))
    }
    func pageBecameWatched(_ page: UInt64, for reason: WatchReason, by initiator: InitiatorID) {
        pages.append(page)
        reasons.append(reason)
    }
}
