import Testing

@testable import TandemKernel

@Suite struct SnapshotCodecTests {
    @Test("what is written is read")
    func roundTrip() throws {
        var writer = SnapshotWriter()
        writer.write(UInt16(0x1234))
        writer.write(Int64(-5))
        writer.write(true)
        writer.write(SimTime.ns(3))
        writer.write("grüß")
        writer.write([1, 2, 3] as [UInt8])
        writer.write(each: ["a", "b"]) { $0.write($1) }
        writer.write(optional: nil as UInt8?) { $0.write($1) }
        writer.write(optional: UInt8(9)) { $0.write($1) }
        #expect(writer.bytes.prefix(2) == [0x34, 0x12], "little-endian")
        var reader = SnapshotReader(writer.bytes, place: "m")
        #expect(try reader.read(UInt16.self) == 0x1234)
        #expect(try reader.read(Int64.self) == -5)
        #expect(try reader.read(Bool.self))
        #expect(try reader.read(SimTime.self) == .ns(3))
        #expect(try reader.read(String.self) == "grüß")
        #expect(try reader.read([UInt8].self) == [1, 2, 3])
        let list = try reader.read(each: { reader throws(SnapshotError) in try reader.read(String.self) })
        #expect(list == ["a", "b"])
        let none = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        #expect(none == nil)
        let some = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        #expect(some == 9)
        try reader.finish()
    }

    @Test("a state of another kind, of a newer version, too short or too long is refused with the place")
    func refusing() {
        let good = ModuleState(Gadget.State())
        func message(_ state: ModuleState) -> String {
            do throws(SnapshotError) {
                _ = try state.decode(as: Gadget.State.self, at: "soc.g")
                return "accepted"
            } catch { return error.description }
        }
        #expect(message(good) == "accepted")
        #expect(message(.stateless) == "soc.g: the snapshot holds no state; expected gadget version 2")
        #expect(
            message(.payload(SnapshotSchema("uart", version: 1), []))
                == "soc.g: the snapshot holds uart version 1; expected gadget version 2")
        #expect(message(.payload(SnapshotSchema("gadget", version: 3), [])).contains("gadget version 3"))
        #expect(message(.payload(Gadget.State.schema, [1, 2])).hasPrefix("soc.g: the snapshot ends early near byte 0"))
        #expect(
            message(.payload(Gadget.State.schema, [UInt8](repeating: 0, count: 9)))
                == "soc.g: 1 bytes are left over near byte 8 of its state")
    }
}

/// A world with everything that can be pending: timed, delta, static and dynamic waits, a resumable thread.
private final class World {
    let bench = Bench(seed: 11)
    let gadget: Gadget

    init() {
        let bench = bench
        gadget = Gadget(ModuleContext(name: "g", parent: bench.simulation.root, properties: ["delay": "7ns"]))
        gadget.told = { [unowned bench] in bench.say($0) }
        let tick = gadget.tick
        let (a, b) = (bench.event("a"), bench.event("b", priority: -1))
        bench.watch(a, "a")
        bench.watch(b, "b")
        var step: UInt64 { gadget.state.ticks % 5 }
        bench.module.thread("restless", resumable: true) { [unowned self] context in
            while true {
                bench.at("restless")
                a.notify(after: .ns(gadget.state.ticks % 5 + 3))
                b.notify(after: .ns(3))
                try context.wait(for: .ns(4))
            }
        }
        for index in 0..<3 {
            bench.module.thread("waiter\(index)", resumable: true) { context in
                while true {
                    bench.at("waiter\(index)")
                    try context.waitAny([tick, a], timeout: .ns(UInt64(index) + 2))
                }
            }
        }
        bench.module.method("both") { [unowned bench] in
            bench.at("both\(bench.simulation.randomNumberGenerator.next() % 100)")
            bench.scheduler.nextTrigger(all: [a, tick])
        }
        bench.module.thread("counting", sensitiveTo: [b], resumable: true) { context in
            while true {
                bench.at("counting")
                try context.wait(triggers: 3)
            }
        }
        bench.module.thread("short") { _ in bench.at("short") }
    }

    func run(to time: UInt64) -> [String] {
        let before = bench.said.count
        #expect(bench.simulation.run(until: .ns(time)) == .timeReached)
        return Array(bench.said[before...])
    }
}

@Suite struct SnapshotTests {
    @Test("save, run on; restore into a fresh simulation, run on: the same trace", arguments: [0, 1, 13, 14, 28, 100])
    func roundTrip(time: UInt64) throws {
        let first = World()
        _ = first.run(to: time)
        let snapshot = try first.bench.simulation.save()
        let expected = first.run(to: time + 200)
        #expect(expected.count > 50)

        var writer = SnapshotWriter()
        snapshot.encode(to: &writer)
        var reader = SnapshotReader(writer.bytes)
        let read = try SimulationSnapshot(from: &reader)
        try reader.finish()
        #expect(read == snapshot)

        let second = World()
        try second.bench.simulation.restore(read)
        #expect(second.bench.scheduler.now == .ns(time))
        #expect(try second.bench.simulation.save() == snapshot)
        var trace = second.run(to: time + 200)
        if trace.first == "g starts" { trace.removeFirst() }
        #expect(trace == expected.filter { $0 != "g starts" })
        #expect(second.bench.scheduler.deltaCount == first.bench.scheduler.deltaCount)
        #expect(second.bench.scheduler.eventCount == first.bench.scheduler.eventCount)
    }

    @Test("a simulation that has run is taken back to a snapshot of its own")
    func goingBack() throws {
        let world = World()
        _ = world.run(to: 20)
        let snapshot = try world.bench.simulation.save()
        let expected = world.run(to: 90)
        for _ in 0..<3 {
            try world.bench.simulation.restore(snapshot)
            #expect(world.run(to: 90).filter { $0 != "g starts" } == expected)
        }
    }

    @Test("a thread that holds state on its stack is named")
    func stackful() throws {
        let bench = Bench()
        bench.module.thread("t") { context in try context.wait(for: .ns(5)) }
        _ = try bench.simulation.save()
        _ = bench.simulation.run(until: .ns(1))
        let error = try #require(throws: SnapshotError.self) { try bench.simulation.save() }
        #expect(error.description.hasPrefix("m.t: the thread holds state on its stack"))
        _ = bench.simulation.run(until: .ns(9))
        _ = try bench.simulation.save()
    }

    @Test("a module that says nothing about its state, and paths that two objects have, are named")
    func unsaveable() throws {
        final class Silent: Module {}
        var simulation = Simulation()
        _ = Silent(ModuleContext(name: "s", parent: simulation.root))
        var error = try #require(throws: SnapshotError.self) { try simulation.save() }
        #expect(error.diagnosis.place == "s")
        simulation = Simulation()
        let events = (0..<2).map { _ in Event("twin", in: simulation.root) }
        error = try #require(throws: SnapshotError.self) { try simulation.save() }
        #expect(error.description.hasPrefix("twin: two events have this path"))
        withExtendedLifetime(events) {}
    }

    @Test("a snapshot of another platform is refused")
    func otherPlatform() throws {
        let snapshot = try World().bench.simulation.save()
        let other = Bench()
        #expect(throws: SnapshotError.self) { try other.simulation.restore(snapshot) }
        let third = Bench()
        _ = Gadget(ModuleContext(name: "g", parent: third.module))
        #expect(throws: SnapshotError.self) { try third.simulation.restore(snapshot) }
    }

    @Test("damaged snapshots are read or refused, but never crash")
    func fuzz() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let world = World()
        _ = world.run(to: 25)
        var writer = SnapshotWriter()
        try world.bench.simulation.save().encode(to: &writer)
        var (read, refused, restored) = (0, 0, 0)
        for _ in 0..<1_500 {
            var bytes = writer.bytes
            for _ in 0...(random.next() % 4) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes[index] ^= 1 << (random.next() % 8)
                case 2: bytes.removeSubrange(index...)
                default: bytes.insert(0xff, at: index)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            do throws(SnapshotError) {
                var reader = SnapshotReader(bytes)
                let snapshot = try SimulationSnapshot(from: &reader)
                try reader.finish()
                read += 1
                try world.bench.simulation.restore(snapshot)
                restored += 1
                _ = world.bench.simulation.run(for: .ns(3))
            } catch { refused += 1 }
        }
        #expect(read > 0 && refused > 0 && restored > 0, "seed \(seed)")
    }
}
