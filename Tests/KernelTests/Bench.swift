import TandemKernel

/// A simulation with one module and a list of what was said, for tests of the kernel.
final class Bench {
    let simulation: Simulation
    let module: Module
    private(set) var said: [String] = []

    init(seed: UInt64 = 0) {
        simulation = Simulation(seed: seed)
        module = Module(ModuleContext(name: "m", parent: simulation.root))
    }

    var scheduler: Scheduler { simulation.scheduler }
    var text: String { said.joined(separator: " ") }

    func say(_ text: String) { said.append(text) }

    /// "name@5ns/d3", as SystemC's probes print it.
    func at(_ name: String) { say("\(name)@\(scheduler.now.picoseconds / 1000)ns/d\(scheduler.deltaCount)") }

    func event(_ name: String, priority: Int32 = 0) -> Event { Event(name, in: module, priority: priority) }

    /// A method that says its name whenever `event` fires.
    func watch(_ event: Event, _ name: String) {
        module.method("watch-\(name)", sensitiveTo: [event], initialize: false) { [unowned self] in at(name) }
    }
}

extension SimTime {
    static func ns(_ count: UInt64) -> SimTime { .nanoseconds(count) }
}
