public import TandemBus
public import TandemKernel

/// A world for tests of devices: a simulation, a router, and a probe that makes accesses.
///
/// ```swift
/// let bench = SimBench()
/// let uart = try bench.make(UART16550.self, "uart0")
/// try bench.map(uart.bus, at: 0x1000_0000, size: 0x100)
/// bench.probe.write(0x1000_0000, UInt8(0x41))
/// ```
public final class SimBench {
    public let simulation: Simulation
    public let router: Router
    public let probe: ProbeInitiator

    /// - Parameter properties: those of the router, where they are not its defaults.
    public init(seed: UInt64 = 0, router properties: PropertyValues = [:]) {
        simulation = Simulation(seed: seed)
        router = Router(ModuleContext(name: "router", parent: simulation.root, properties: properties))
        probe = ProbeInitiator(ModuleContext(name: "probe", parent: simulation.root))
        probe.bus.bind(to: router.in)
    }

    /// What a module of that name is made from.
    public func context(_ name: String, _ properties: PropertyValues = [:]) -> ModuleContext {
        ModuleContext(name: name, parent: simulation.root, properties: properties)
    }

    /// Makes a module as the catalogue does, with its properties checked.
    public func make<Made: CatalogModule>(
        _ type: Made.Type, _ name: String, _ properties: PropertyValues = [:]
    ) throws(ElaborationError) -> Made {
        try Made(context(name, try Made.declaration.check(properties, of: name)))
    }

    /// Maps a target in the router.
    public func map(
        _ target: TargetSocket, at start: UInt64, size: UInt64, offset: UInt64 = 0, priority: Int = 0,
        name: String? = nil, timing: RegionTiming? = nil
    ) throws(ElaborationError) {
        try router.map(
            Region(
                start: start, size: size, target: target, offset: offset, priority: priority, name: name, timing: timing
            ))
    }

    /// One more initiator, bound to the router.
    public func addProbe(_ name: String) -> ProbeInitiator {
        let probe = ProbeInitiator(context(name))
        probe.bus.bind(to: router.in)
        return probe
    }

    /// A RAM in the router.
    public func addRam(
        _ name: String = "ram", at start: UInt64, size: UInt64, _ properties: PropertyValues = [:],
        timing: RegionTiming? = nil
    ) throws(ElaborationError) -> Ram {
        var properties = properties
        properties.set("size", .size(ByteSize(bytes: size)))
        let ram = try make(Ram.self, name, properties)
        try map(ram.bus, at: start, size: size, timing: timing)
        return ram
    }

    public var now: SimTime { simulation.scheduler.now }

    /// Lets simulated time pass.
    @discardableResult
    public func run(for span: SimTime) -> StopReason { simulation.run(for: span) }
}
