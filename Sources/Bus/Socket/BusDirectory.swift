public import TandemKernel

/// Every socket and interrupt line of one simulation, in the order in which they were made. Reports read it; nothing on
/// the path of an access does.
public final class BusDirectory: SimulationService {
    private var targetEntries: [Weak<TargetSocket>] = []
    private var initiatorEntries: [Weak<InitiatorSocket>] = []
    private var lineEntries: [Weak<LineInput>] = []
    /// Where each initiator last reserved, by id.
    private var reservationEntries: [Weak<ReservationSet>] = []
    /// The same, to compare without touching a weak reference. A set ends with the simulation, and so does this.
    private var reservationIdentities: [ObjectIdentifier?] = []

    private var followsTrace = false
    /// The id of the target that serves an access, while that is watched.
    // SAFETY: allocated in `init`, freed only in `deinit`.
    let servingPlace: UnsafeMutablePointer<UInt> = .allocate(capacity: 1)

    public init() { servingPlace.initialize(to: 0) }

    deinit { servingPlace.deallocate() }

    /// Nothing of it is under way.
    public func rewind() {}
    public func end() {}
    public func checkSnapshot() throws(SnapshotError) {}

    /// The directory of a simulation.
    public static func of(_ simulation: Simulation) -> BusDirectory {
        let directory = simulation.service(BusDirectory.self)
        if !directory.followsTrace {
            directory.followsTrace = true
            directory.followTrace(simulation)
        }
        return directory
    }

    /// All target sockets, by id.
    public var targets: [TargetSocket] { targetEntries.compactMap(\.object) }
    /// All initiator sockets, by id.
    public var initiators: [InitiatorSocket] { initiatorEntries.compactMap(\.object) }
    /// All inputs of interrupt lines.
    public var lines: [LineInput] { lineEntries.compactMap(\.object) }

    /// Everything that was counted, by initiator, then by target. Page walks are not in it.
    public var traffic: [TrafficRecord] { initiators.flatMap(\.traffic) }
    /// What address translation did, by initiator, then by target.
    public var pageWalkTraffic: [TrafficRecord] { initiators.flatMap(\.pageWalkTraffic) }

    /// What writes transactions down, in the order in which it was placed.
    public internal(set) var probes: [TrafficProbe] = []
    /// The width of the bins in which traffic is measured; nothing while it is only counted.
    public private(set) var trafficBin: SimTime?
    /// What is told beyond the counters.
    public private(set) var trafficDetail: TrafficDetail = []

    /// Has everybody who counts lazily add what is not in the counters yet.
    func foldTraffic() { for initiator in initiators { initiator.foldTraffic() } }

    /// Measures the traffic of every initiator from now on: in bins of simulated time, with histograms and the skew between
    /// initiators, if there is a width; and in detail. Nil and nothing end that. Counters go on either way. After
    /// elaboration, while nothing runs. Changes nothing that a guest sees.
    public func measureTraffic(inBins bin: SimTime?, _ detail: TrafficDetail = []) {
        precondition(bin != .zero, "a bin takes time")
        trafficBin = bin
        trafficDetail = detail
        quantum?.measureSkew(inBins: bin)
        for initiator in initiators { initiator.measure(inBins: bin, detail) }
        for router in routers {
            for link in router.distinctLinks { link.measure(inBins: bin, from: router.now) }
        }
    }

    /// What was measured, by initiator, then by target; empty while traffic is only counted.
    public var trafficSeries: [LinkSeries] { initiators.flatMap { $0.meter?.series ?? [] } }

    /// What was counted by page, by initiator; those that have counted nothing are not in it.
    public var pageTraffic: [PageTrafficRecord] {
        initiators.compactMap { $0.meter?.pageTraffic }.filter { !$0.pages.isEmpty }
    }

    /// Sets all counters of traffic to zero, and forgets what was measured. While nothing runs.
    public func clearTraffic() {
        for initiator in initiators { initiator.clearTraffic() }
        quantum?.measureSkew(inBins: trafficBin)
        for router in routers {
            for link in router.distinctLinks { link.clearTraffic(at: router.now) }
        }
    }

    /// That of the simulation, if anybody could run ahead.
    private var quantum: GlobalQuantum? { initiators.first?.owner.simulation.quantum }

    private var routers: [Router] { targets.compactMap { $0.onward as? Router } }

    /// Every link that has carried something, by router, in the order in which the routers were made.
    public var linkRecords: [LinkRecord] {
        routers.flatMap(\.linkRecords).filter { $0.statistics.accesses > 0 }
    }

    /// The socket of that id.
    public func target(_ id: TargetID) -> TargetSocket? {
        let index = Int(id.rawValue) - 1
        return targetEntries.indices.contains(index) ? targetEntries[index].object : nil
    }

    /// The socket of that id.
    public func initiator(_ id: InitiatorID) -> InitiatorSocket? {
        let index = Int(id.rawValue) - 1
        return initiatorEntries.indices.contains(index) ? initiatorEntries[index].object : nil
    }

    /// How the target is called in reports: the path of its module, and the socket's name when the module has several.
    public func name(of id: TargetID) -> String {
        guard let socket = target(id) else { return id == .none ? "nothing" : "\(id)" }
        return Self.reportName(of: socket)
    }

    /// How the initiator is called in reports: the path of its module, and the socket's name when it has several.
    public func name(of id: InitiatorID) -> String {
        guard let socket = initiator(id) else { return id == .none ? "nobody" : "\(id)" }
        return Self.reportName(of: socket)
    }

    private static func reportName<Socket: Port>(of socket: Socket) -> String {
        let owner = socket.owner
        return owner.ports.count(where: { $0 is Socket }) > 1 ? socket.path : owner.path
    }

    func add(_ socket: TargetSocket) -> TargetID {
        precondition(targetEntries.count < Int(UInt16.max), "A simulation has at most 65535 target sockets.")
        targetEntries.append(Weak(object: socket))
        return TargetID(rawValue: UInt16(targetEntries.count))
    }

    func add(_ socket: InitiatorSocket) -> InitiatorID {
        precondition(initiatorEntries.count < Int(UInt16.max), "A simulation has at most 65535 initiator sockets.")
        initiatorEntries.append(Weak(object: socket))
        return InitiatorID(rawValue: UInt16(initiatorEntries.count))
    }

    /// An initiator has one reservation, wherever it is: a new one in another memory ends it.
    func moveReservation(of initiator: InitiatorID, to set: ReservationSet) {
        let index = Int(initiator.rawValue)
        let identity = ObjectIdentifier(set)
        while reservationEntries.count <= index {
            reservationEntries.append(Weak(object: nil))
            reservationIdentities.append(nil)
        }
        guard reservationIdentities[index] != identity else { return }
        reservationIdentities[index] = identity
        reservationEntries[index].object?.clear(by: initiator)
        reservationEntries[index].object = set
    }

    // What is taken out of a machine is forgotten, whoever may still hold it; identifiers are not used again.
    func remove(_ socket: TargetSocket) { targetEntries[Int(socket.id.rawValue) - 1].object = nil }
    func remove(_ socket: InitiatorSocket) { initiatorEntries[Int(socket.id.rawValue) - 1].object = nil }
    func remove(_ line: LineInput) { lineEntries.removeAll { $0.object == nil || $0.object === line } }

    func add(_ line: LineInput) { lineEntries.append(Weak(object: line)) }
}

/// A reference that does not keep its object, for lists of observers.
struct Weak<Object: AnyObject> {
    weak var object: Object?
}
