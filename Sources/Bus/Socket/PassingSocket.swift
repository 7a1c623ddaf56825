public import TandemKernel

/// Where a module passes on accesses that others made: an alias, an IOMMU. They are counted where they were made; a module
/// with accesses of its own has an `InitiatorSocket`.
public final class PassingSocket: Port {
    /// The socket that this one is bound to.
    public private(set) var bound: TargetSocket?
    /// Told of what ends and changes on the other side, and of the binding.
    private var passers: [WeakPasser] = []

    private struct WeakPasser {
        weak var object: (any Passer)?
    }

    /// Adds somebody who passes accesses on through this socket, before it is bound; not kept.
    func add(_ passer: any Passer) {
        precondition(bound == nil, "\(path): the socket is bound already")
        passers.append(WeakPasser(object: passer))
    }

    /// Connects the socket, once.
    public func bind(to target: TargetSocket) throws(ElaborationError) {
        guard bound == nil else {
            throw ElaborationError(at: path, "the socket “\(path)” is bound twice", expected: "one target")
        }
        bound = target
        for entry in passers {
            guard let passer = entry.object else { continue }
            target.attach(passer)
            try passer.reached(target)
        }
    }

    public override func unrealized() {
        for entry in passers {
            if let passer = entry.object { bound?.detach(passer) }
        }
    }

    public override func elaborated() throws(ElaborationError) {
        guard bound != nil else {
            throw ElaborationError(at: path, "the socket leads nowhere", expected: "a target socket")
        }
    }
}

/// The module behind a passing socket, or what it has for the purpose.
protocol Passer: Upstream {
    /// The socket has been bound to `target`.
    func reached(_ target: TargetSocket) throws(ElaborationError)
}
