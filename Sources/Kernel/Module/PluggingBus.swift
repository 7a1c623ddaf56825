/// A bus that may let modules come and go while the machine exists.
public protocol PluggingBus: Module {
    /// Whether it does.
    var acceptsPlugging: Bool { get }

    /// `module`, which stands on the bus, is to go. Returns whether it may at once. Where the guest's software has to let go
    /// of it first, the bus asks for that, returns false, and calls `Simulation.noteDeparture` when it has been done.
    func release(_ module: Module) throws(ElaborationError) -> Bool
}

extension PluggingBus {
    /// Nobody is asked.
    public func release(_ module: Module) -> Bool { true }
}

/// A module that knows on which bus it stands, also where none of its links names it.
public protocol BusMember: Module {
    /// Nothing before the elaboration, and after the bus has let go of it.
    var memberBus: (any PluggingBus)? { get }
}
