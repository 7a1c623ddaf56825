public import TandemKernel

/// What a platform says of the simulation itself, in the section `simulation` of its file. The command line overrides it.
public struct SimulationSettings: Equatable, Sendable {
    /// How far an initiator may run ahead of time; nothing for the automatic quantum.
    public var quantum: SimTime?
    /// The largest skew between initiators that the platform puts up with; nothing for no bound.
    public var maxSkew: SimTime?

    public init(quantum: SimTime? = nil, maxSkew: SimTime? = nil) {
        self.quantum = quantum
        self.maxSkew = maxSkew
    }

    /// Has a simulation go by these settings.
    func apply(to simulation: Simulation) {
        if let quantum { simulation.quantum.value = quantum }
        if let maxSkew { simulation.quantum.maxSkew = maxSkew }
    }
}
