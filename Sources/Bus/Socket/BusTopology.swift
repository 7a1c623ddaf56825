/// A way that accesses can take from one module to the next.
public struct BusEdge: Equatable, Sendable {
    /// What stands at its beginning.
    public enum Origin: String, Sendable {
        /// A module that makes accesses.
        case initiator
        /// A router or a translation, which leads them on.
        case router
    }

    /// The names that reports use (`BusDirectory.name(of:)`).
    public var from: String
    public var to: String
    public var origin: Origin

    /// An edge of that kind.
    public init(from: String, to: String, origin: Origin) {
        self.from = from
        self.to = to
        self.origin = origin
    }
}

extension BusDirectory {
    /// How modules are connected: the ways from initiators, then those from routers and translations, each in the order in
    /// which their sockets were made. A target that several regions of a router show has one way.
    public var topology: [BusEdge] {
        var edges: [BusEdge] = []
        func add(_ from: String, _ target: TargetSocket, _ origin: BusEdge.Origin) {
            let edge = BusEdge(from: from, to: name(of: target.innermost.id), origin: origin)
            // Few regions stand at one router, so looking through the latest is enough.
            if !edges.reversed().prefix(while: { $0.from == from }).contains(edge) { edges.append(edge) }
        }
        for initiator in initiators {
            if let target = initiator.bound { add(name(of: initiator.id), target, .initiator) }
        }
        for socket in targets {
            if let router = socket.onward as? Router {
                for region in router.regions { add(name(of: socket.id), region.target, .router) }
            } else if let translation = socket.onward as? Translation, let target = translation.destination {
                add(name(of: socket.id), target, .router)
            }
        }
        return edges
    }
}
