import TandemBus

/// The routes to devices that a hart has used: few, at addresses that stand until all of them go.
struct RouteTable: ~Copyable {
    private static let capacity = 64

    // SAFETY: both are allocated in `init`, freed only in `deinit`; the first `count` routes are initialised, and those
    // that were forgotten stay readable, for the access under way may be the one that ended them.
    private let routes: UnsafeMutablePointer<TargetRoute>
    private let count: UnsafeMutablePointer<Int>

    init() {
        routes = .allocate(capacity: Self.capacity)
        count = .allocate(capacity: 1)
        count.initialize(to: 0)
    }

    deinit {
        routes.deallocate()
        count.deallocate()
    }

    /// The route of an address, asked for if need be; nil for a hole, and when there are too many.
    func route(to address: UInt64, _ bus: InitiatorSocket) -> UnsafePointer<TargetRoute>? {
        for index in 0..<count.pointee where routes[index].first <= address && address <= routes[index].last {
            return UnsafePointer(routes + index)
        }
        guard count.pointee < Self.capacity, let route = bus.route(to: address) else { return nil }
        (routes + count.pointee).initialize(to: route)
        count.pointee += 1
        return UnsafePointer(routes + count.pointee - 1)
    }

    /// Asks for each route again, and puts it where it stood.
    func renew(_ bus: InitiatorSocket) {
        for index in 0..<count.pointee {
            if let route = bus.route(to: routes[index].first) { routes[index] = route }
        }
    }

    func removeAll() { count.pointee = 0 }
}

extension TLBEntry {
    /// The route of a page without a grant, in the place of the addend.
    @inline(__always)
    var route: UnsafePointer<TargetRoute>? {
        // SAFETY: written by `Hart.enter` alone, for such pages; entries go before routes do.
        UnsafePointer(bitPattern: UInt(truncatingIfNeeded: addend))
    }
}
