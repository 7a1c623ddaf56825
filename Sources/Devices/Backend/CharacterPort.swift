public import TandemKernel

/// Where a character back-end is connected to a serial device. Keeps what has arrived until the device takes it, so
/// that a fast sender loses nothing to a small queue.
public final class CharacterPort: Port {
    /// A device sends a character.
    public static let sendEvent = TraceEvent(
        "serial.send", "A device sends a character to its back-end.", [TraceField("character", .hexadecimal)])
    /// A device takes a character.
    public static let takeEvent = TraceEvent(
        "serial.take", "A device takes a character that has arrived.", [TraceField("character", .hexadecimal)])

    /// The far end; without one, what the device sends is dropped.
    public private(set) var backend: (any CharacterBackend)?
    /// What has arrived and was not yet taken, oldest first.
    private var waiting: [UInt8] = []
    private var taken = 0
    private var input: InboxPort?
    private unowned(unsafe) var receiver: (any CharacterReceiver)?
    private let sends: TracePoint
    private let takes: TracePoint

    /// A port of the module that `context` describes.
    public override init(_ name: String, _ context: ModuleContext) {
        sends = context.simulation.trace.point(Self.sendEvent)
        takes = context.simulation.trace.point(Self.takeEvent)
        super.init(name, context)
    }

    /// A port of `owner`.
    public override init(_ name: String, in owner: Module) {
        sends = owner.simulation.trace.point(Self.sendEvent)
        takes = owner.simulation.trace.point(Self.takeEvent)
        super.init(name, in: owner)
    }

    /// Whom to tell of arrivals: the module that owns the port.
    public func deliver(to receiver: any CharacterReceiver) { self.receiver = receiver }

    public var isConnected: Bool { backend != nil }

    /// Connects the far end, once.
    public func connect(_ backend: any CharacterBackend) throws(ElaborationError) {
        guard self.backend == nil else {
            throw ElaborationError(at: path, "a second back-end is connected", expected: "one for each serial port")
        }
        self.backend = backend
        let input = owner.simulation.inbox.register(owner: owner, name: name) { [unowned self] bytes in
            waiting.append(contentsOf: bytes)
            receiver?.charactersArrived(at: self)
        }
        self.input = input
        backend.connect(input)
    }

    /// Takes the far end away, if there is one; what the device sends is dropped from then on. Between two runs, or
    /// between events.
    public func disconnect() {
        backend?.close()
        backend = nil
        if let input { owner.simulation.inbox.close(input) }
        input = nil
    }

    public override func unrealized() { disconnect() }

    // MARK: For the device

    /// Whether something has arrived that was not taken.
    public var hasInput: Bool { taken < waiting.count }

    /// Takes the oldest character that has arrived.
    public func next() -> UInt8? {
        guard hasInput else { return nil }
        let character = waiting[taken]
        taken += 1
        if takes.isOn { takes.tell(of: owner.path, .number(UInt64(character))) }
        // The room is kept: it is used up in whole pieces of input, not character by character.
        if taken == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            backend?.taken(taken)
            taken = 0
        }
        return character
    }

    /// Sends a character, at `time` if that is not the kernel's now.
    public func send(_ character: UInt8, at time: SimTime? = nil) {
        if sends.isOn { sends.tell(of: owner.path, .number(UInt64(character))) }
        backend?.send(character, at: time ?? owner.now)
    }

    /// What has arrived and was not taken, for a snapshot.
    public var pendingInput: [UInt8] {
        get { Array(waiting[taken...]) }
        set {
            backend?.taken(waiting.count)
            waiting = newValue
            taken = 0
        }
    }
}
