public import TandemKernel

/// What a router answers where nothing is mapped.
public enum UnmappedPolicy: String, PropertyChoice {
    /// An address error.
    case error
    /// Reads give zeros, writes vanish.
    case zero
}

/// Sends accesses from one entrance, which any number of initiators share, to the targets of its regions. Routers nest: a
/// region's target may be the entrance of another router.
///
/// An access must lie in one visible range, or in ranges that continue each other in the same target; otherwise it is
/// answered with an address error. Look-up does not grow with the number of regions.
public class Router: Module, CatalogModule, BusTarget {
    public static let latency = Property<SimTime>(
        "latency", default: .zero, "Time that the router adds to every access.")
    public static let unmapped = Property<UnmappedPolicy>(
        "unmapped", default: .error, "What an access is answered where nothing is mapped.")

    public static let plugging = Property<Bool>(
        "hotplug", default: false, when: .anyTime, "Whether modules may come and go while the machine exists.")

    public class var declaration: ModuleDeclaration { ownDeclaration }
    private static let ownDeclaration = ModuleDeclaration(
        "router", category: "bus", summary: "Address decoder between initiators and targets",
        properties: [
            latency.erased, unmapped.erased, arbitration.erased, links.erased, priorities.erased, waits.erased,
            readLatency.erased, writeLatency.erased, clock.erased, bytesPerCycle.erased, timePerByte.erased,
            directMemory.erased, plugging.erased,
        ],
        ports: [PortDeclaration("in", .target, "Accesses of all initiators, and of routers in front.")],
        documentation: """
            Regions may overlap when their priorities differ; the highest is seen. Several regions of one target are \
            aliases. Direct-memory grants are clipped to what is visible and carry the router's latency.

            With an arbitration, accesses compete for a link: the router as a whole, or the way to each target. An access \
            occupies its link for the latency of its region and the time in which its bytes pass. Accesses book a link \
            ahead of time, or, where the router waits, take their turn in simulated time.
            """)

    /// The entrance.
    public final let `in`: TargetSocket
    /// In the order in which they were mapped.
    public final private(set) var regions: [Region] = []

    // SAFETY: allocated in `init`, freed only in `deinit`.
    final let state: UnsafeMutablePointer<RouterState> = .allocate(capacity: 1)
    /// The seat at every hole of the address space.
    private let hole: BusServer
    /// What phases need; made when the first comes.
    final private(set) lazy var phases = RouterPhases(self)
    /// The seats before targets whose accesses take time or compete, as long as the router lives.
    final private(set) var linkSeats: [LinkSeat] = []
    final let contention: Contention
    /// The regions of the view, range by range; nil for holes. Not for the path of an access.
    private var leaves: [Region?] = []

    /// Where it is mapped, what it holds takes part in the map around it.
    var isTransparent: Bool { false }

    /// Tells of accesses to holes.
    let holeTrace: TracePoint

    public required override init(_ context: ModuleContext) {
        holeTrace = context.simulation.trace.point(BusTraceEvents.hole)
        contention = Contention(context)
        `in` = TargetSocket("in", context, mayWait: contention.waits)
        let hole = HoleSeat(`in`.id)
        self.hole = hole
        state.initialize(
            to: RouterState(latency: context[Self.latency], readsZero: context[Self.unmapped] == .zero))
        super.init(context)
        hole.router = self
        `in`.onward = self
        `in`.seat(RouterSeat(self, state))
        `in`.servePhases(self)
    }

    deinit {
        forgetView()
        state.deallocate()
    }

    // MARK: The map

    /// Adds a region, also while the simulation runs. Grants in its range end.
    public final func map(_ region: Region) throws(ElaborationError) {
        try check(region)
        regions.append(region)
        makeLinkSeat(for: region)
        region.target.attach(self)
        mapChanged(region)
        // From now on accesses may wait; what was mapped before cannot have changed.
        if !isTransparent, region.target.firstWaiting() != nil { `in`.serverChanged() }
    }

    /// Removes the region of that name. Returns false if there is none.
    @discardableResult
    public final func unmap(_ name: String) -> Bool {
        guard let index = regions.firstIndex(where: { $0.name == name }) else { return false }
        let region = regions.remove(at: index)
        if !regions.contains(where: { $0.target === region.target }) { region.target.detach(self) }
        mapChanged(region)
        return true
    }

    /// Removes every region of a target.
    final func unmap(_ target: TargetSocket) {
        for region in regions where region.target === target { unmap(region.name) }
    }

    private func mapChanged(_ region: Region) {
        forgetView()
        // The maps around hold what this one shows.
        if isTransparent { `in`.serverChanged() }
        `in`.invalidateDirectMemory(range: region.start...region.end)
    }

    private func forgetView() {
        state.pointee.last = nil
        leaves = []
        state.pointee.view.free()
        state.pointee.view = .none
    }

    private func check(_ region: Region) throws(ElaborationError) {
        let place = path.isEmpty ? name : path
        guard region.size > 0 else {
            throw ElaborationError(
                at: place, "the region “\(region.name)” at \(hexadecimal(region.start)) is empty",
                expected: "a size of at least 1 byte")
        }
        guard !region.start.addingReportingOverflow(region.size - 1).overflow else {
            throw ElaborationError(
                at: place,
                "the region “\(region.name)” at \(hexadecimal(region.start)) of \(hexadecimal(region.size)) bytes "
                    + "reaches beyond the 64-bit address space",
                expected: "an end at or below 0xffffffffffffffff")
        }
        guard !region.offset.addingReportingOverflow(region.size - 1).overflow else {
            throw ElaborationError(
                at: place,
                "the region “\(region.name)” reaches beyond the 64-bit addresses of its target from offset "
                    + hexadecimal(region.offset),
                expected: "an offset of at most \(hexadecimal(.max - (region.size - 1)))")
        }
        if let other = regions.first(where: { $0.name == region.name }) {
            throw ElaborationError(
                at: place, "two regions are called “\(region.name)”, the other at \(hexadecimal(other.start))",
                expected: "a name of its own for each region")
        }
        if let other = regions.first(where: { $0.priority == region.priority && $0.overlaps(region) }) {
            throw ElaborationError(
                at: place,
                "the regions \(other.description) and \(region.description) overlap at priority \(region.priority)",
                expected: "regions that do not overlap, or different priorities")
        }
        if let inner = region.target.innermost.onward, inner.leads(to: self) {
            throw ElaborationError(
                at: place, "the region “\(region.name)” leads back to this router",
                expected: "routers that do not form a circle")
        }
    }

    final func leads(to other: any Onward) -> Bool {
        self === other || regions.contains { $0.target.innermost.onward?.leads(to: other) ?? false }
    }

    final func firstSpeaking(otherThan spoken: any BusProtocol.Type) -> TargetSocket? {
        for region in regions {
            if let socket = region.target.firstSpeaking(otherThan: spoken) { return socket }
        }
        return nil
    }

    final func firstWaiting() -> TargetSocket? {
        for region in regions {
            if let socket = region.target.firstWaiting() { return socket }
        }
        return nil
    }

    // MARK: The view

    /// The range of an address; makes the flat view if the map has changed since.
    @inline(never) final func lookUp(_ address: UInt64) -> UnsafeMutablePointer<FlatRange> {
        let view = state.pointee.view.count > 0 ? state.pointee.view : makeView()
        let range = view.range(of: address)
        state.pointee.last = range
        return range
    }

    /// Fills the holes between the visible pieces, so that every address has a range.
    @inline(never) private func makeView() -> FlatView {
        var ranges: [FlatRange] = []
        leaves = []
        var next: UInt64? = 0
        func addHole(through end: UInt64) {
            guard let start = next, start <= end else { return }
            leaves.append(nil)
            ranges.append(FlatRange(start: start, extent: end - start, delta: 0, server: .passUnretained(hole)))
        }
        for piece in visiblePieces {
            if piece.start > 0 { addHole(through: piece.start - 1) }
            let region = piece.region
            leaves.append(region)
            ranges.append(
                FlatRange(
                    start: piece.start, extent: piece.end - piece.start, delta: region.offset &- region.start,
                    server: .passUnretained(server(of: region))))
            next = piece.end == .max ? nil : piece.end + 1
        }
        addHole(through: .max)
        let view = FlatView(ranges)
        state.pointee.view = view
        return view
    }

    /// What is seen of the map.
    final var visiblePieces: [VisiblePiece] {
        flatten(regions) { region in
            guard let inner = region.target.innermost.onward as? Router, inner.isTransparent,
                linkSeat(of: region) == nil
            else { return nil }
            return inner.visiblePieces
        }
    }

    /// The region of a range of the view, in the addresses of this router; nil for a hole.
    final func leaf(of range: UnsafeMutablePointer<FlatRange>) -> Region? {
        leaves[range - state.pointee.view.ranges]
    }

    /// The seat before the target of a region; nil if nothing takes time there.
    final func linkSeat(of region: Region) -> LinkSeat? {
        let timing = region.timing ?? contention.timing
        return linkSeats.first { $0.target === region.target && $0.timing == timing }
    }

    /// What the view leads to: the target's seat, or the one before it.
    private func server(of region: Region) -> BusServer {
        guard let seat = linkSeat(of: region) else { return region.target.server }
        seat.phases = region.target.server.phases
        return seat
    }

    private func makeLinkSeat(for region: Region) {
        let timing = region.timing ?? contention.timing
        guard timing != .none || contention.arbitration != .none || contention.waits, linkSeat(of: region) == nil
        else { return }
        let isShared = contention.links == .shared
        let link =
            linkSeats.first { isShared || $0.target === region.target }?.link
            ?? Link(isShared ? path : "\(path) → \(region.target.owner.path)", contention.arbitration, of: self)
        linkSeats.append(LinkSeat(region.target, timing, link, of: self))
    }

    // MARK: State

    public final func saveState() -> ModuleState {
        guard !linkSeats.isEmpty else { return .stateless }
        guard distinctLinks.allSatisfy(\.isQuiet) else {
            return .unsupported("accesses wait for a link of the router, on the stacks of their threads")
        }
        BusDirectory.of(simulation).foldTraffic()
        return ModuleState(RouterLinks(distinctLinks.map(\.state)))
    }

    public final func restoreState(_ state: ModuleState) throws(SnapshotError) {
        guard !linkSeats.isEmpty else {
            guard state == .stateless else {
                throw SnapshotError(at: path, "the snapshot holds a state", expected: "none: nothing takes time here")
            }
            return
        }
        let saved = try state.decode(as: RouterLinks.self, at: path).links
        let links = distinctLinks
        guard saved.count == links.count else {
            throw SnapshotError(at: path, "the snapshot holds \(saved.count) links", expected: "\(links.count) links")
        }
        // What was done until now is not part of what comes back.
        BusDirectory.of(simulation).foldTraffic()
        for (link, state) in zip(links, saved) { link.state = state }
    }
}

extension Router: PluggingBus {
    /// Modules may be mapped and unmapped at any time; whether they are is up to the machine.
    public final var acceptsPlugging: Bool {
        let isDeclared = properties.declarations.contains { $0.name == Self.plugging.name }
        return isDeclared && properties[Self.plugging]
    }
}

extension Router: Upstream, Onward {
    final func directMemoryInvalidated(range: ClosedRange<UInt64>, of target: TargetSocket) {
        for region in regions where region.target === target {
            let window = region.offset...region.offset + (region.size - 1)
            guard range.overlaps(window) else { continue }
            let seen = range.clamped(to: window)
            let delta = region.start &- region.offset
            `in`.invalidateDirectMemory(range: seen.lowerBound &+ delta...seen.upperBound &+ delta)
        }
    }

    final func serverChanged(of target: TargetSocket) {
        forgetView()
        if isTransparent || target.firstWaiting() != nil { `in`.serverChanged() }
    }
}

/// What an access through a router needs, behind one pointer.
struct RouterState {
    /// The map, or `none` since it has changed.
    var view = FlatView.none
    let latency: SimTime
    /// The range of the last look-up of more than one step; nil when there is no view.
    var last: UnsafeMutablePointer<FlatRange>?
    let readsZero: Bool

    init(latency: SimTime, readsZero: Bool) {
        self.latency = latency
        self.readsZero = readsZero
    }
}

/// The seat at the holes of a router's map.
private final class HoleSeat: BusServer {
    private let target: TargetID
    // SAFETY: the router owns the seat, which is reached only through the router's view.
    unowned(unsafe) var router: Router?

    init(_ target: TargetID) {
        self.target = target
        super.init()
        phases = ForwardSeat { [unowned self] transaction, _, _ in
            transaction.arrive(at: target)
            router?.serveHole(&transaction.slot.pointee.payload)
            return .completed
        }
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        transaction.target = target
        router?.serveHole(&transaction)
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { 0 }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { false }
}
