public import TandemMachine

/// Somebody outside who watches a machine and commands it through a ``RunControl``: a monitor, a debugger. Everything is
/// called on the simulation's thread, outside of any run: time stands, every module is at rest.
public protocol ControlClient: AnyObject {
    /// Takes what the client's host thread has posted.
    func receive(_ bytes: [UInt8])
    /// Is told what happened, in order; also of what the client did itself.
    func hear(_ event: MonitorEvent)
    /// The run is over and no other follows. The last chance to say something.
    func end(_ outcome: RunOutcome)
}
