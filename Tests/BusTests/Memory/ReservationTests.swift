import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Reservations and the write watch")
struct ReservationTests {
    @Test("a store-conditional succeeds once after a load-reserved")
    func once() throws {
        let bench = SimBench()
        _ = try bench.addRam(at: 0x1000, size: 0x1000)
        #expect(!bench.probe.storeConditional(0x1000, 1))
        _ = bench.probe.loadReserved(0x1000)
        #expect(bench.probe.storeConditional(0x1000, 2))
        #expect(!bench.probe.storeConditional(0x1000, 3))
        #expect(bench.probe.read(0x1000) as UInt32 == 2)
        #expect(bench.probe.response == .ok)
    }

    @Test("an initiator's own writes leave its reservation alone, those of others to the line break it")
    func broken() throws {
        let bench = SimBench()
        _ = try bench.addRam(at: 0x1000, size: 0x1000)
        let other = bench.addProbe("other")
        _ = bench.probe.loadReserved(0x1040)
        bench.probe.write(0x1044, UInt32(1))
        other.write(0x1080, UInt32(1))
        other.write(0x103c, UInt32(1))
        _ = other.read(0x1040) as UInt32
        #expect(bench.probe.storeConditional(0x1040, 2))
        _ = bench.probe.loadReserved(0x1040)
        other.write(0x107f, UInt8(1))
        #expect(!bench.probe.storeConditional(0x1040, 3))
        _ = bench.probe.loadReserved(0x1040)
        other.write(0x1030, bytes: .init(repeating: 0, count: 32))
        #expect(!bench.probe.storeConditional(0x1040, 4))
    }

    @Test("an alias leads to the same reservation")
    func physical() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0x1000, size: 0x1000)
        try bench.map(ram.bus, at: 0x8000, size: 0x1000, name: "alias")
        let other = bench.addProbe("other")
        _ = bench.probe.loadReserved(0x1000)
        other.write(0x8000, UInt8(1))
        #expect(!bench.probe.storeConditional(0x1000, 1))
        _ = bench.probe.loadReserved(0x8000)
        #expect(bench.probe.storeConditional(0x1000, 1))
    }

    @Test("a reservation in another memory ends the one before")
    func otherMemory() throws {
        let bench = SimBench()
        _ = try bench.addRam("a", at: 0, size: 0x1000)
        _ = try bench.addRam("b", at: 0x1000, size: 0x1000)
        _ = bench.probe.loadReserved(0)
        _ = bench.probe.loadReserved(0x1000)
        #expect(!bench.probe.storeConditional(0, 1))
        _ = bench.probe.loadReserved(0)
        #expect(bench.probe.storeConditional(0, 1))
    }

    @Test("of two initiators that race for a line one wins")
    func race() throws {
        let bench = SimBench()
        _ = try bench.addRam(at: 0, size: 0x1000)
        let other = bench.addProbe("other")
        _ = bench.probe.loadReserved(0)
        _ = other.loadReserved(0)
        #expect(other.storeConditional(0, 1))
        #expect(!bench.probe.storeConditional(0, 2))
        #expect(bench.probe.read(0) as UInt32 == 1)
    }

    @Test("a reservation watches its page only where somebody else writes without asking")
    func watching() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x4000)
        let other = bench.addProbe("other")
        let mine = Watcher()
        let theirs = Watcher()
        ram.writeWatch.add(mine, fastWriter: bench.probe.bus.id)
        _ = bench.probe.loadReserved(0x1000)
        #expect(!ram.writeWatch.isWatched(offset: 0x1000))
        ram.reservations.clear(by: bench.probe.bus.id)
        ram.writeWatch.add(theirs, fastWriter: other.bus.id)
        _ = bench.probe.loadReserved(0x1000)
        #expect(ram.writeWatch.isWatched(offset: 0x1fff) && !ram.writeWatch.isWatched(offset: 0x2000))
        #expect(theirs.pages == [1] && theirs.reasons == [.reservation])
        // The other one's slow path.
        ram.noteWrite(offset: 0x1000, count: 4, by: other.bus.id)
        #expect(!ram.writeWatch.isWatched(offset: 0x1000) && !ram.reservations.anyReserved)
        #expect(theirs.written.isEmpty, "nobody watches the page for its code")
    }

    @Test("a page that is watched twice stays watched until both are gone")
    func counted() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x4000)
        let watcher = Watcher()
        ram.writeWatch.add(watcher)
        ram.writeWatch.watch(page: 2)
        ram.writeWatch.watch(page: 2)
        ram.writeWatch.watch(page: 2, for: .reservation)
        #expect(watcher.pages == [2, 2], "told once for each reason")
        ram.writeWatch.unwatch(page: 2)
        ram.writeWatch.unwatch(page: 2)
        #expect(ram.writeWatch.isWatched(offset: 0x2000))
        ram.writeWatch.unwatch(page: 2, for: .reservation)
        #expect(!ram.writeWatch.isWatched(offset: 0x2000))
    }

    @Test("writes of every kind to a watched page are told")
    func everyWriter() throws {
        let bench = SimBench()
        let ram = try bench.addRam(at: 0, size: 0x4000)
        let watcher = Watcher()
        ram.writeWatch.add(watcher)
        ram.writeWatch.watch(page: 1)
        let id = bench.probe.bus.id
        bench.probe.write(0x1000, UInt32(1))
        bench.probe.write(0x1000, bytes: [1, 2], byteEnables: [0xff, 0])
        bench.probe.debugWrite(0x1008, bytes: [1])
        ram.load([1], at: 0x1fff)
        bench.probe.write(0xffc, UInt64(1))
        bench.probe.write(0x2000, UInt32(1))
        _ = bench.probe.read(0x1000) as UInt32
        #expect(
            watcher.written == [
                .init(offset: 0x1000, count: 4, by: id), .init(offset: 0x1000, count: 2, by: id),
                .init(offset: 0x1008, count: 1, by: id), .init(offset: 0x1fff, count: 1, by: .none),
                .init(offset: 0xffc, count: 8, by: id),
            ])
    }
}
