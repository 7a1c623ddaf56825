public import TandemKernel

/// Where accesses of one initiator to a range of addresses end, through all routers, found once: `transport(_:along:)`
/// goes there without asking the routers again. It holds as grants of direct memory do: until an observer of the socket
/// is told that a range which touches it ends.
@frozen public struct TargetRoute {
    /// First and last address, in those of the initiator; empty (`first > last`) where there is no route.
    public var first: UInt64
    public var last: UInt64
    /// Added, wrapping, to an address to make one of the target.
    @usableFromInline var delta: UInt64
    /// What the routers on the way add.
    @usableFromInline var latency: SimTime
    // SAFETY: the seat belongs to the target's socket, which lives as long as the module tree.
    @usableFromInline var server: Unmanaged<BusServer>
    @usableFromInline var target: TargetID
    /// Where accesses to the target are counted.
    public var cell: UnsafeMutablePointer<TrafficCell>
}

extension InitiatorSocket {
    /// The route of an address; nil for a hole, and where the routers have more to do than to add their latencies: where
    /// accesses wait, for time or for each other.
    public func route(to address: UInt64) -> TargetRoute? {
        guard let bound else { return nil }
        var way = RouterWay(first: 0, last: .max, delta: 0, latency: .zero, target: bound)
        while let router = way.target.innermost.onward as? Router {
            guard router.follow(address, &way) else { return nil }
        }
        guard way.target.firstWaiting() == nil else { return nil }
        return TargetRoute(
            first: way.first, last: way.last, delta: way.delta, latency: way.latency,
            server: .passUnretained(server(of: way.target, latency: way.latency, delta: way.delta)),
            target: way.target.id,
            cell: cell(for: way.target.id))
    }

    /// How a register at the end of a route may be read without a transaction; nil if it may not, and where routers add
    /// time. Holds as long as the route does. Each use is told to `count(directReads:of:in:)`.
    public func directRead(of address: UInt64, count: Int, along route: UnsafePointer<TargetRoute>) -> DirectRead? {
        let route = route.pointee
        guard address >= route.first, address <= route.last, UInt64(count) &- 1 <= route.last &- address,
            route.latency == .zero
        else { return nil }
        return route.server._withUnsafeGuaranteedRef { $0.directRead(at: address &+ route.delta, count: count) }
    }

    /// Counts direct reads of `count` bytes each, as the transactions that they stand for.
    public func count(directReads times: UInt64, of count: Int, in cell: UnsafeMutablePointer<TrafficCell>) {
        cell.pointee.reads &+= times
        cell.pointee.readBytes &+= times &* UInt64(count)
        state.pointee.transactions &+= times
    }

    /// As `transport(_:delay:)`, for an access that may end at the end of a route. Does and counts the same.
    @inlinable @inline(__always) public func transport(
        _ transaction: inout Transaction, along route: UnsafePointer<TargetRoute>, delay: inout SimTime
    ) {
        let address = transaction.address
        let reach = UInt64(truncatingIfNeeded: transaction.count) &- 1
        // No bytes, byte enables and streaming are left to the routers.
        guard address >= route.pointee.first, address <= route.pointee.last, reach <= route.pointee.last &- address,
            transaction.isPlain, transaction.command != .ignore
        else { return transportSlowly(&transaction, delay: &delay) }
        let cell = route.pointee.cell
        let target = route.pointee.target
        let start = delay.picoseconds
        transaction.response = .incomplete
        transaction.attributes.initiator = state.pointee.id
        delay = SimTime(picoseconds: start &+ route.pointee.latency.picoseconds)
        transaction.address = address &+ route.pointee.delta
        let shape = AccessShape(transaction)
        route.pointee.server._withUnsafeGuaranteedRef { $0.transport(&transaction, &delay, shape) }
        transaction.address = address
        guard !transaction.exclusiveFailed else { return }
        state.pointee.transactions &+= 1
        let isWrite = transaction.command == .write
        let latency = delay.picoseconds &- start
        // A target that passed the access on is not the one that served it.
        let counted =
            transaction.target == target && !transaction.attributes.isPageWalk
            ? cell : state.pointee.traffic.cell(transaction.target, isPageWalk: transaction.attributes.isPageWalk)
        counted.pointee.count(
            write: isWrite, fetch: transaction.attributes.isFetch, bytes: transaction.count,
            failed: transaction.response.isError, latency: SimTime(picoseconds: latency))
    }
}

/// A way through routers, as far as it is known: `target` is reached by addresses from `first` to `last`.
struct RouterWay {
    var first: UInt64
    var last: UInt64
    var delta: UInt64
    var latency: SimTime
    var target: TargetSocket
}

extension Router {
    /// Goes one router further. False: the address leads into a hole, or accesses take time there or compete.
    final func follow(_ address: UInt64, _ way: inout RouterWay) -> Bool {
        let inner = address &+ way.delta
        let place = lookUp(inner)
        let range = place.pointee
        guard let region = leaf(of: place) else { return false }
        // Distances from the address: they do not wrap where addresses do.
        let below = min(address &- way.first, inner &- range.start)
        let above = min(way.last &- address, range.end &- inner)
        (way.first, way.last) = (address &- below, address &+ above)
        way.delta &+= range.delta
        way.latency += state.pointee.latency
        way.target = region.target
        // Accesses that book links go the whole way.
        return linkSeat(of: region) == nil
    }
}
