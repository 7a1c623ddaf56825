import TandemKernel

/// A module with a property of every kind and a state: what a device is to the kernel.
final class Gadget: Module, CatalogModule {
    enum Mode: String, PropertyChoice { case slow, fast, turbo }

    static let enabled = Property("enabled", default: true, "Whether it ticks.")
    static let bias = Property("bias", default: -3, range: -10...10, "Added to each count.")
    static let count = Property("count", default: UInt64(4), when: .anyTime, range: 1...64, "Ticks a burst.")
    static let width = Property("width", default: UInt32(8), unit: .bits, "Width.")
    static let size = Property("size", default: ByteSize.kibibytes(4), unit: .bytes, range: 1...0x10000, "Size.")
    static let delay = Property("delay", default: SimTime.nanoseconds(10), when: .beforeStart, "Between ticks.")
    static let clock = Property("clock", default: Frequency.megahertz(10), "Frequency.")
    static let label = Property("label", default: "gadget", "Name on the case.")
    static let mode = Property("mode", default: Mode.slow, "How fast.")
    static let steps = Property("steps", default: [1, 2] as [UInt64], "Steps.")
    static let names = Property("names", default: [] as [String], "Names.")
    static let peer = Property<ModulePath?>("peer", default: nil, "The gadget that is told.")

    static let declaration = ModuleDeclaration(
        "gadget", category: "test", summary: "Counts.",
        properties: [
            enabled.erased, bias.erased, count.erased, width.erased, size.erased, delay.erased, clock.erased,
            label.erased, mode.erased, steps.erased, names.erased, peer.erased,
        ],
        ports: [PortDeclaration("out", .lineOut, "Ticks.")])

    struct State: SnapshotPayload {
        static let schema = SnapshotSchema("gadget", version: 2)
        var ticks: UInt64 = 0
        func encode(to writer: inout SnapshotWriter) { writer.write(ticks) }
        init() {}
        init(from reader: inout SnapshotReader) throws(SnapshotError) { ticks = try reader.read() }
    }

    let context: ModuleContext
    let out: Port
    let tick: Event
    var state = State()
    /// What happens is told here.
    var told: (String) -> Void = { _ in }

    override init(_ context: ModuleContext) {
        self.context = context
        out = Port("out", context)
        tick = Event("tick", context)
        super.init(context)
        let delay = context[Self.delay]
        method("count", sensitiveTo: [tick]) { [unowned self] in
            state.ticks += 1
            told("\(name) \(state.ticks)@\(now)")
            tick.notify(after: delay)
        }
    }

    override func reset(_ phase: ResetPhase) {
        told("\(name) \(phase)")
        if phase == .enter(.cold) { state = State() }
    }
    override func simulationWillStart() { told("\(name) starts") }
    override func simulationDidEnd() { told("\(name) ends") }

    func saveState() -> ModuleState { ModuleState(state) }
    func restoreState(_ state: ModuleState) throws(SnapshotError) { self.state = try state.decode(at: path) }
}

/// Requires a property.
final class Store: Module, CatalogModule {
    static let size = Property<ByteSize>(required: "size", unit: .bytes, "Size.")
    static let declaration = ModuleDeclaration(
        "store", category: "memory", summary: "Stores.", properties: [size.erased])

    required override init(_ context: ModuleContext) { super.init(context) }
    func saveState() -> ModuleState { .stateless }
    func restoreState(_ state: ModuleState) throws(SnapshotError) {}
}
