public import TandemKernel

// What accesses through a router take, and how they compete.
extension Router {
    public static let arbitration = Property<Arbitration>(
        "arbitration", default: .none, "Who goes first where several accesses want the same link.")
    public static let links = Property<LinkScope>(
        "links", default: .shared, "What accesses compete for: the whole router, or the way to each target.")
    public static let priorities = Property<[ModulePath]>(
        "priorities", default: [],
        "Modules whose accesses go first in fixed priority, the highest first; the others follow in their order.")
    public static let waits = Property<Bool>(
        "waits", default: false,
        "Accesses wait for their turn in simulated time, which makes the arbitration exact; only threads may make them."
    )
    public static let readLatency = Property<SimTime>(
        "read-latency", default: .zero, "Time for which one read occupies its link, beside that of its bytes.")
    public static let writeLatency = Property<SimTime>(
        "write-latency", default: .zero, "Time for which one write occupies its link, beside that of its bytes.")
    public static let clock = Property<Frequency>(
        "clock", default: .megahertz(100), "The clock of `bytes-per-cycle`.")
    public static let bytesPerCycle = Property<UInt32>(
        "bytes-per-cycle", default: 0, unit: .bytes, "How many bytes pass in a cycle of the clock; 0 for no limit.")
    public static let timePerByte = Property<SimTime>(
        "time-per-byte", default: .zero, "Time in which one byte passes, where `bytes-per-cycle` is 0.")
    public static let directMemory = Property<Bool>(
        "direct-memory", default: true,
        "Grants of direct memory pass, unless accesses wait for their turn. Their uses take time and compete like others."
    )

    /// What each link has carried so far.
    public final var linkRecords: [LinkRecord] {
        BusDirectory.of(simulation).foldTraffic()
        return distinctLinks.map { LinkRecord(name: $0.name, statistics: $0.statistics, bins: $0.bins) }
    }

    /// Each link once, in the order in which they were made.
    final var distinctLinks: [Link] {
        linkSeats.reduce(into: []) { links, seat in
            if !links.contains(where: { $0 === seat.link }) { links.append(seat.link) }
        }
    }
}

/// What a router's properties say of contention.
final class Contention {
    let arbitration: Arbitration
    let links: LinkScope
    let timing: RegionTiming
    let waits: Bool
    let grantsDirectMemory: Bool
    private let priorities: [ModulePath]
    /// By initiator, as they are first met.
    private var ranks: [UInt32?] = []
    /// The initiator whose request of phases had the last turn.
    private var last = InitiatorID.none

    init(_ context: ModuleContext) {
        arbitration = context[Router.arbitration]
        links = context[Router.links]
        waits = context[Router.waits]
        grantsDirectMemory = context[Router.directMemory] && !(waits && arbitration != .none)
        priorities = context[Router.priorities]
        let bytesPerCycle = UInt64(context[Router.bytesPerCycle])
        timing = RegionTiming(
            readLatency: context[Router.readLatency], writeLatency: context[Router.writeLatency],
            bandwidth: bytesPerCycle > 0
                ? Bandwidth(bytesPerCycle: bytesPerCycle, of: context[Router.clock])
                : Bandwidth(timePerByte: context[Router.timePerByte]))
    }

    /// Whether the order in which accesses came does not decide.
    var isRanked: Bool { arbitration == .fixedPriority || arbitration == .roundRobin }

    /// When the turn of an initiator comes among requests of phases that are in line: the least goes first.
    func turn(of initiator: InitiatorID, in simulation: Simulation) -> UInt32 {
        arbitration == .roundRobin
            ? UInt32(initiator.rawValue &- last.rawValue &- 1) : rank(of: initiator, in: simulation)
    }

    /// An initiator's request has its turn.
    func noteTurn(of initiator: InitiatorID) { last = initiator }

    /// Where an initiator stands in fixed priority: 0 goes first.
    func rank(of initiator: InitiatorID, in simulation: Simulation) -> UInt32 {
        guard arbitration == .fixedPriority else { return 0 }
        let index = Int(initiator.rawValue)
        while ranks.count <= index { ranks.append(nil) }
        if let rank = ranks[index] { return rank }
        let path = BusDirectory.of(simulation).initiator(initiator)?.owner.path
        let rank =
            priorities.firstIndex { $0.text == path }.map { UInt32($0) } ?? UInt32(priorities.count) + UInt32(index)
        ranks[index] = rank
        return rank
    }
}
