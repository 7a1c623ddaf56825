public import TandemKernel

/// A clock that counts ticks of simulated time: the platform's `mtime`. Harts read the `time` CSR from it and compute
/// from it when a timer comparison will hold.
public protocol Timebase: AnyObject {
    /// Ticks per second.
    var frequency: Frequency { get }

    /// The counter at that instant.
    func ticks(at time: SimTime) -> UInt64

    /// The first instant at which `ticks(at:)` is at least `tick`; `.never` if it cannot be reached.
    func time(ofTick tick: UInt64) -> SimTime

    /// Adds somebody to tell when the relation of ticks and time changes. Not kept.
    func add(_ observer: any TimebaseObserver)
}

/// Somebody who has computed instants from a timebase.
public protocol TimebaseObserver: AnyObject {
    /// The counter was written: what `time(ofTick:)` said before holds no longer.
    func timebaseChanged(_ timebase: any Timebase)
}

extension ModuleInterface {
    /// What the `timebase` of a hart links to.
    public static let timebase = ModuleInterface(
        "timebase", (any Timebase).self, "Counts ticks of simulated time, as the `time` CSR reads them")
}
