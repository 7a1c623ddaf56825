public import TandemKernel

extension Router {
    public final func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        pass(&transaction, &delay, AccessShape(transaction))
    }

    /// Finds the range of an access, whatever it is like, and passes it on.
    @inline(never) final func pass(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        let address = transaction.address
        let range: UnsafeMutablePointer<FlatRange>
        if let last = state.pointee.last, address &- last.pointee.start <= last.pointee.extent {
            range = last
        } else {
            range = lookUp(address)
        }
        // An access of no bytes is left to the target to refuse.
        let reach = UInt64(truncatingIfNeeded: max(transaction.span, 1) &- 1)
        guard reach <= range.pointee.extent &- (address &- range.pointee.start) else {
            return refuseStraddling(&transaction)
        }
        delay += state.pointee.latency
        transaction.address = address &+ range.pointee.delta
        range.pointee.server._withUnsafeGuaranteedRef { $0.transport(&transaction, &delay, shape) }
        transaction.address = address
    }

    /// Moves what it can range by range, and stops at the first byte that is not moved.
    public final func debugTransport(_ transaction: inout Transaction) -> Int {
        transaction.serveDebugPieces { next, following in
            let range = lookUp(next).pointee
            return DebugPiece(
                address: next &+ range.delta, count: Int(min(following, range.extent - (next - range.start))) + 1,
                server: range.server)
        }
    }

    public final func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool {
        directMemory(at: request.address, request.command, request.attributes, &grant)
    }

    final func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool {
        let range = lookUp(address).pointee
        let inner = address &+ range.delta
        guard range.server._withUnsafeGuaranteedRef({ $0.directMemory(at: inner, command, attributes, &grant) })
        else { return false }
        precondition(
            grant.contains(inner, count: 1), "\(path): a target granted direct memory that was not asked for")
        grant.clip(first: range.start &+ range.delta, last: range.end &+ range.delta, movedTo: range.start)
        grant.readLatency += state.pointee.latency
        grant.writeLatency += state.pointee.latency
        return true
    }

    @inline(never) final func refuseStraddling(_ transaction: inout Transaction) {
        transaction.target = `in`.id
        transaction.response = .addressError
        log.write(
            .debug, at: path,
            "an access of \(transaction.span) bytes at \(hexadecimal(transaction.address)) reaches across a boundary")
    }

    /// An access to a hole of the map.
    final func serveHole(_ transaction: inout Transaction) {
        if holeTrace.isOn {
            holeTrace.tell(
                of: path, .text(BusDirectory.of(simulation).name(of: transaction.attributes.initiator)),
                .text("\(transaction.command)"), .number(transaction.address), .number(UInt64(transaction.count)))
        }
        if state.pointee.readsZero {
            if transaction.command == .read {
                transaction.data.initializeMemory(as: UInt8.self, repeating: 0, count: transaction.count)
            }
            transaction.response = .ok
        } else {
            transaction.response = .addressError
        }
        guard log.admits(.debug) else { return }
        // By page: a guest that sweeps through a hole says so 4096 times less often.
        let page = transaction.address & ~0xfff
        let nearest = nearestRegion(to: transaction.address).map { "; the nearest region is \($0.description)" } ?? ""
        log.writeOnce(.debug, at: path, "nothing is mapped in the page of \(hexadecimal(page))\(nearest)")
    }
}

/// The seat of a router. What one step of the look-up finds is passed on here; `Router.pass` does the same for every
/// access.
final class RouterSeat: BusServer {
    // SAFETY: the router owns its state and its socket, which owns the seat.
    private let router: Unmanaged<Router>
    private let state: UnsafePointer<RouterState>

    init(_ router: Router, _ state: UnsafePointer<RouterState>) {
        self.router = .passUnretained(router)
        self.state = state
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        let address = transaction.address
        let reach = UInt64(shape.count) &- 1
        guard let range = state.pointee.view.nearRange(of: address),
            reach <= range.pointee.extent &- (address &- range.pointee.start), shape != .special
        else { return router._withUnsafeGuaranteedRef({ $0.pass(&transaction, &delay, shape) }) }
        delay += state.pointee.latency
        transaction.address = address &+ range.pointee.delta
        range.pointee.server._withUnsafeGuaranteedRef { $0.transport(&transaction, &delay, shape) }
        transaction.address = address
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int {
        router._withUnsafeGuaranteedRef { $0.debugTransport(&transaction) }
    }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool {
        router._withUnsafeGuaranteedRef { $0.directMemory(at: address, command, attributes, &grant) }
    }
}
