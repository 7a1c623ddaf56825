import Testing

@testable import TandemKernel

/// A platform of every channel that can be saved, and processes that leave no state on a stack.
private final class World {
    enum Colour: UInt8, ChannelValue { case red, green, blue }
    let bench = Bench(seed: 3)
    let fifo: Fifo<Int>
    let wire: ResolvedSignal<Logic>
    let colour: Signal<Colour>

    init() {
        let bench = bench
        let clock = Clock("clock", in: bench.module, frequency: .megahertz(300), duty: 0.4, start: .ns(1))
        let count = Signal("count", in: bench.module, 0)
        let (fifo, wire) = (
            Fifo<Int>("fifo", in: bench.module, capacity: nil), ResolvedSignal("wire", in: bench.module, Logic.unknown)
        )
        let colour = Signal("colour", in: bench.module, Colour.red)
        let text = Buffer("text", in: bench.module, "none")
        self.fifo = fifo
        self.wire = wire
        self.colour = colour
        bench.module.method("count", sensitiveTo: [clock.risen], initialize: false) {
            count.write(count.value + 1)
            _ = fifo.tryWrite(count.value)
            if count.value % 3 == 0 { _ = fifo.tryRead() }
            wire.write(count.value % 2 == 0 ? .one : .highImpedance)
            colour.write(Colour(rawValue: UInt8(count.value % 3)) ?? .red)
            text.write("n\(count.value / 4)")
        }
        bench.module.method("pull", sensitiveTo: [clock.fallen], initialize: false) {
            wire.write(count.value % 4 < 2 ? .zero : .highImpedance)
        }
        bench.module.method("tell", sensitiveTo: [count.changed, wire.changed, text.changed]) {
            bench.at("\(count.value) \(wire.value) \(colour.value) \(text.value) \(fifo.tryPeek() ?? -1)")
        }
    }
}

@Suite struct ChannelSnapshotTests {
    @Test("save, run on; restore into a fresh simulation, run on: the same trace", arguments: [2, 7, 30] as [UInt64])
    func roundTrip(end: UInt64) throws {
        let first = World()
        _ = first.bench.simulation.run(until: .ns(end))
        let snapshot = try first.bench.simulation.save()
        var writer = SnapshotWriter()
        writer.write(snapshot)
        var reader = SnapshotReader(writer.bytes)
        let read = try SimulationSnapshot(from: &reader)
        #expect(read == snapshot)
        let before = first.bench.said.count
        _ = first.bench.simulation.run(until: .ns(60))
        let second = World()
        try second.bench.simulation.restore(read)
        #expect(try second.bench.simulation.save() == snapshot)
        _ = second.bench.simulation.run(until: .ns(60))
        #expect(second.bench.said == Array(first.bench.said.dropFirst(before)))
        #expect(first.bench.said.count > before)
    }

    @Test("a reset gives the trace of a fresh simulation, later by the time that has passed")
    func reset() throws {
        let fresh = World()
        _ = fresh.bench.simulation.run(until: .ns(40))
        let reset = World()
        _ = reset.bench.simulation.run(until: .ns(17))
        let before = reset.bench.said.count
        reset.bench.simulation.reset()
        #expect(reset.fifo.count == 0 && reset.wire.driverCount == 0 && reset.colour.value == .red)
        _ = reset.bench.simulation.run(until: .ns(57))
        // Times differ by what has passed; what stands before "@" does not.
        func values(_ said: some Sequence<String>) -> [Substring] { said.map { $0.prefix { $0 != "@" } } }
        #expect(values(reset.bench.said.dropFirst(before)) == values(fresh.bench.said))
    }

    @Test("a mutex and a semaphore remember who holds and who has a permit")
    func holders() throws {
        func make() -> (Bench, ProcessMutex, ProcessSemaphore) {
            let bench = Bench()
            let (mutex, semaphore) = (ProcessMutex("x", in: bench.module), ProcessSemaphore("s", in: bench.module, 3))
            bench.module.method("m") {
                _ = mutex.tryLock()
                _ = semaphore.tryWait()
            }
            return (bench, mutex, semaphore)
        }
        let (bench, _, _) = make()
        _ = bench.simulation.run(until: .ns(1))
        let (other, mutex, semaphore) = make()
        try other.simulation.restore(try bench.simulation.save())
        #expect(mutex.owner?.path == "m.m" && semaphore.value == 2)
    }

    @Test("values that cannot be written and channels that say nothing are refused with their path")
    func refusals() {
        struct Opaque: Equatable {}
        final class Silent: Channel {}
        func message(_ make: (Module) -> Channel) -> String {
            let bench = Bench()
            let channel = make(bench.module)
            let result = Result { () throws(SnapshotError) in try bench.simulation.save() }
            withExtendedLifetime(channel) {}
            switch result {
            case .success: return "accepted"
            case .failure(let error): return error.description
            }
        }
        #expect(
            message { Signal("s", in: $0, Opaque()) }
                == "m.s: its values of the type Opaque cannot be written to a snapshot; expected a type that is a "
                + "“ChannelValue” or a “SnapshotPayload”")
        #expect(message { Fifo<Opaque>("f", in: $0) } == "accepted", "an empty FIFO has nothing to write")
        #expect(message { Silent("c", in: $0) }.hasPrefix("m.c: a channel of the type Silent says nothing"))
        #expect(message { Signal("s", in: $0, Gadget.State()) } == "accepted")
    }

    @Test("a snapshot of another platform's channels is refused")
    func otherPlatform() throws {
        let (bench, other) = (Bench(), Bench())
        let (signal, fifo) = (Signal("s", in: bench.module, 1), Fifo<Int>("f", in: other.module))
        let snapshot = try bench.simulation.save()
        #expect(throws: SnapshotError.self) { try other.simulation.restore(snapshot) }
        withExtendedLifetime((signal, fifo)) {}
    }
}
