public import TandemKernel

/// Who goes first where several accesses want the same link.
public enum Arbitration: String, PropertyChoice {
    /// Accesses do not wait for each other.
    case none
    /// In the order of their times.
    case firstCome = "first-come"
    /// The initiator of the highest priority. An access that has begun is not interrupted.
    case fixedPriority = "fixed-priority"
    /// The next initiator after the one that went last, by the numbers of their sockets.
    case roundRobin = "round-robin"
}

/// What of a router is occupied by an access.
public enum LinkScope: String, PropertyChoice {
    /// The whole router: a bus.
    case shared
    /// The way to one target, whatever regions lead to it: a crossbar.
    case perTarget = "per-target"
}

/// What a link has carried so far.
public struct LinkStatistics: Equatable, Sendable {
    public var accesses: UInt64 = 0
    /// Accesses that had to wait for others.
    public var queued: UInt64 = 0
    /// How long accesses waited, in all.
    public var queueing = SimTime.zero
    /// How long one access waited at most.
    public var longestQueueing = SimTime.zero
    /// How long the link was occupied, in all.
    public var busy = SimTime.zero

    public init() {}

    /// Wrapping, so that accesses may be taken back in another bin than they were counted in.
    mutating func count(queueing time: SimTime, busy occupancy: SimTime, times: Int64 = 1) {
        let times = UInt64(bitPattern: times)
        accesses &+= times
        busy = SimTime(picoseconds: busy.picoseconds &+ times &* occupancy.picoseconds)
        guard time != .zero else { return }
        queued &+= times
        queueing += time
        longestQueueing = max(longestQueueing, time)
    }
}

/// A link with its name, for reports.
public struct LinkRecord: Equatable, Sendable {
    /// The path of the router, and where each target has a link of its own, that of the target.
    public var name: String
    public var statistics: LinkStatistics
    /// The same over time; nothing while traffic is only counted.
    public var bins: LinkBins?
}
