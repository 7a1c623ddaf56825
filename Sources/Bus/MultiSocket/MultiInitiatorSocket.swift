public import TandemKernel

/// An initiator socket that is bound to any number of targets: `socket[2].transport(…)` reaches the third. Each binding is
/// an initiator socket of its own (`"out[2]"`), which counts on its own; backward phases come with the index of the binding,
/// in the order in which the bindings were made. IEEE 1666-2023 §16.1.4.
public final class MultiInitiatorSocket: Port {
    /// Its accesses must never wait.
    public let neverWaits: Bool
    /// What it speaks.
    public let busProtocol: any BusProtocol.Type
    /// In the order in which they were made.
    public private(set) var bindings: [InitiatorSocket] = []

    private var targets: [TargetSocket] = []
    private var inner: [MultiInitiatorSocket] = []
    private var seating: ((InitiatorSocket, Int) -> Void)?

    /// A socket of `owner`. The parameters are those of `InitiatorSocket`.
    public init(
        _ name: String, in owner: Module, neverWaits: Bool = false,
        speaking busProtocol: any BusProtocol.Type = BaseProtocol.self
    ) {
        self.neverWaits = neverWaits
        self.busProtocol = busProtocol
        super.init(name, in: owner)
    }

    /// A socket of the module that `context` describes. The parameters are those of `InitiatorSocket`.
    public init(
        _ name: String, _ context: ModuleContext, neverWaits: Bool = false,
        speaking busProtocol: any BusProtocol.Type = BaseProtocol.self
    ) {
        self.neverWaits = neverWaits
        self.busProtocol = busProtocol
        super.init(name, context)
    }

    /// The binding of that index.
    public subscript(_ index: Int) -> InitiatorSocket { bindings[index] }

    /// How many targets it is bound to.
    public var count: Int { bindings.count }

    /// Takes the backward path of all bindings, those that come later too. Once.
    @inlinable public func servePhases<Initiator: TaggedPhaseInitiator>(_ initiator: Initiator) {
        let initiator = Unmanaged.passUnretained(initiator)
        seat { socket, index in initiator._withUnsafeGuaranteedRef { socket.servePhases($0, tag: index) } }
    }

    // SAFETY: the initiator owns this socket.
    @usableFromInline func seat(_ seating: @escaping (InitiatorSocket, Int) -> Void) {
        precondition(self.seating == nil, "\(path): the backward path is served already")
        self.seating = seating
        for (index, socket) in bindings.enumerated() { seating(socket, index) }
    }

    /// Connects it to one target more.
    public func bind(to target: TargetSocket) {
        targets.append(target)
        if inner.isEmpty { add(target) } else { for socket in inner { socket.bind(to: target) } }
    }

    /// Connects it to one target more, as the last binding of that.
    public func bind(to target: MultiTargetSocket) { bind(to: target.addBinding()) }

    /// Leads this socket, of a module inside, out through `outer`, a socket of the module around it: it is bound to whatever
    /// `outer` is bound to, before or after. A socket is used by its own module or leads outwards, never both.
    public func bind(to outer: MultiInitiatorSocket) {
        outer.inner.append(self)
        outer.bindings = []
        for target in outer.targets { bind(to: target) }
    }

    private func add(_ target: TargetSocket) {
        let index = bindings.count
        let socket = InitiatorSocket("\(name)[\(index)]", in: owner, neverWaits: neverWaits, speaking: busProtocol)
        bindings.append(socket)
        seating?(socket, index)
        socket.bind(to: target)
    }

    public override func elaborated() throws(ElaborationError) {
        if targets.isEmpty {
            throw ElaborationError(
                at: path, "the initiator socket is not bound", expected: "at least one target socket")
        }
        if !inner.isEmpty && seating != nil {
            throw ElaborationError(
                at: path, "the socket leads others out and has a backward path of its own",
                expected: "one of both: a hierarchical or a direct binding")
        }
    }
}
