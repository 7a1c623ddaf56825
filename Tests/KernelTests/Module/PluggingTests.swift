import TandemKernel
import Testing

/// A module with everything that must end with it: a method, a thread, an event, a signal, a clock, a child.
private class Guest: Module, CatalogModule {
    static let declaration = ModuleDeclaration("guest", category: "device", summary: "", plugging: .hot)
    let beat: Event
    let level: Signal<Int>
    private(set) var clock: Clock?
    var beats = 0
    var steps = 0
    var ticks = 0
    var starts = 0
    var told = Told()

    required override init(_ context: ModuleContext) {
        beat = Event("beat", context)
        level = Signal("level", context, 0)
        super.init(context)
        clock = Clock("clock", in: self, period: .nanoseconds(10))
        _ = Module(ModuleContext(name: "child", parent: self))
        method("count", sensitiveTo: [beat], initialize: false) { [unowned self] in
            beats += 1
            beat.notify(after: .nanoseconds(3))
        }
        if let clock { method("tick", sensitiveTo: [clock.risen], initialize: false) { [unowned self] in ticks += 1 } }
        thread("walk") { [unowned self] context in
            let local = ThreadLocal(told)
            while true {
                steps += 1
                try context.wait(for: .nanoseconds(7))
                withExtendedLifetime(local) {}
            }
        }
        beat.notify(after: .nanoseconds(3))
    }

    override func simulationWillStart() { starts += 1 }
    override func elaborated() { told.calls.append("elaborated") }
    override func unrealized() { told.calls.append("unrealized") }
    deinit { told.calls.append("gone") }

    func saveState() -> ModuleState { .stateless }
    func restoreState(_ state: ModuleState) throws(SnapshotError) {}
}

private final class FailingGuest: Guest {
    required init(_ context: ModuleContext) { super.init(context) }

    init(_ context: ModuleContext, _ told: Told) throws(ElaborationError) {
        super.init(context)
        self.told = told
        throw ElaborationError(at: path, "it does not like it here")
    }
}

private final class Told {
    var calls: [String] = []
}

private final class ThreadLocal {
    private let told: Told
    init(_ told: Told) { self.told = told }
    deinit { told.calls.append("local released") }
}

@Suite struct PluggingTests {
    private let simulation = Simulation()
    private let told = Told()

    private func context(_ name: String) -> ModuleContext { ModuleContext(name: name, parent: simulation.root) }

    @discardableResult
    private func plug() throws(ElaborationError) -> Guest {
        try simulation.plug { () throws(ElaborationError) in
            let guest = Guest(context("guest"))
            guest.told = told
            return guest
        }
    }

    @Test("a module that comes while time stands works from then on, as one that was there from the start")
    func coming() throws {
        _ = simulation.run(until: .nanoseconds(100))
        let guest = try plug()
        #expect(guest.starts == 1)
        #expect(told.calls == ["elaborated"])
        _ = simulation.run(until: .nanoseconds(170))
        #expect(guest.beats == 23)
        #expect(guest.steps == 10)
        #expect(guest.ticks == 7)
        #expect(throws: Never.self) { try simulation.root.resolve("guest.child", from: "the test") }
    }

    @Test("a module that goes takes its processes, its events and its children along, and locals of its threads")
    func going() throws {
        var guest: Guest? = try plug()
        _ = simulation.run(until: .nanoseconds(50))
        let before = simulation.scheduler.eventCount
        if let leaving = guest { simulation.unplug(leaving) }
        #expect(told.calls == ["elaborated", "unrealized", "local released"])
        guest = nil
        #expect(told.calls.last == "gone")
        #expect(simulation.root.children.isEmpty)
        #expect(simulation.run(until: .nanoseconds(500)) == .timeReached)
        #expect(simulation.scheduler.eventCount == before)
        #expect(simulation.scheduler.now == .nanoseconds(500))
    }

    @Test("modules come and go many times under one name, and leave nothing")
    func often() throws {
        _ = simulation.run(until: .nanoseconds(1))
        for round in 0..<50 {
            let guest = try plug()
            _ = simulation.run(for: .nanoseconds(20 + UInt64(round)))
            #expect(guest.beats > 5)
            simulation.unplug(guest)
        }
        #expect(told.calls.count { $0 == "gone" } == 50)
        #expect(told.calls.count { $0 == "local released" } == 50)
        #expect(try simulation.save().sections.isEmpty)
    }

    @Test("a module that fails while it is made is taken out again")
    func failing() throws {
        _ = simulation.run(until: .nanoseconds(1))
        let error = #expect(throws: ElaborationError.self) {
            try simulation.plug { () throws(ElaborationError) in try FailingGuest(context("guest"), told) }
        }
        #expect(error?.description == "guest: it does not like it here")
        #expect(simulation.root.children.isEmpty)
        #expect(told.calls.last == "gone")
        #expect(simulation.run(until: .nanoseconds(500)) == .timeReached)
    }

    @Test("two modules of one name are refused while the machine exists too")
    func names() throws {
        _ = simulation.run(until: .nanoseconds(1))
        _ = try plug()
        #expect(throws: ElaborationError.self) {
            try plug()
        }
        #expect(simulation.root.children.count == 1)
        _ = simulation.run(until: .nanoseconds(50))
    }

    @Test("a reset after coming and going is one of a machine that was made so")
    func reset() throws {
        _ = simulation.run(until: .nanoseconds(1))
        let guest = try plug()
        _ = simulation.run(until: .nanoseconds(30))
        simulation.reset()
        guest.beats = 0
        guest.beat.notify(after: .nanoseconds(3))
        _ = simulation.run(for: .nanoseconds(30))
        #expect(guest.beats == 9)
    }
}
