public import TandemBus
public import TandemKernel

/// How wide the registers of a block are.
public enum RegisterWidth: String, PropertyChoice {
    case byte = "1"
    case half = "2"
    case word = "4"

    var bytes: Int {
        switch self {
        case .byte: 1
        case .half: 2
        case .word: 4
        }
    }
}

/// The OpenCores I2C master: the shell around `OpenCoresI2CCore`, and the bus that it controls.
public final class OpenCoresI2C: Module, CatalogModule, BusTarget, I2CController {
    public static let clock = Property<Frequency>(
        "clock-frequency", default: .megahertz(50), range: .hertz(1)...Frequency.gigahertz(1000),
        "Input of the prescaler.")
    public static let shift = Property<Int>(
        "register-shift", default: 2, range: 0...3, "Registers stand two to the power of it bytes apart.")
    public static let width = Property<RegisterWidth>(
        "register-width", default: .byte, "How many bytes a register takes; no more than they stand apart.")
    public static let speed = Property<Frequency>(
        "bus-frequency", default: .kilohertz(100), range: .hertz(1)...Frequency.megahertz(5),
        "What the device tree tells software to set the bus to.")

    public static let declaration = ModuleDeclaration(
        "i2c-ocores", category: "i2c", summary: "I2C controller (OpenCores I2C master)",
        properties: [clock.erased, shift.erased, width.erased, speed.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers."),
            PortDeclaration("interrupt", .lineOut, "A transfer is over."),
        ],
        registers: OpenCoresI2CCore.registers.declarations, interfaces: [.i2cController],
        documentation: """
            OpenCores I2C-Master Core Specification 0.9. Targets stand on its bus by their property `bus`. A byte takes \
            nine periods of SCL, a start and a stop one each, in simulated time; what a command does on the bus happens \
            at its end. Deviations: there is one controller, so arbitration is never lost; targets do not stretch the \
            clock; a command during a transfer is ignored. An access takes no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    /// The bus that it controls.
    public private(set) lazy var i2c = I2CBus(of: self)
    private let interrupt: LineOutput
    private let transferred: Event
    private let clock: Frequency
    private let speed: Frequency
    private let shift: Int
    private let width: RegisterWidth
    private let registers: RegisterBlock<OpenCoresI2CCore.Register>
    private var core = OpenCoresI2CCore()
    /// Told at elaboration, as a subclass of a module cannot throw from this initialiser.
    private let mistake: ElaborationError?

    public override init(_ context: ModuleContext) {
        clock = context[Self.clock]
        speed = context[Self.speed]
        shift = context[Self.shift]
        let asked = context[Self.width]
        let fits = asked.bytes <= 1 << shift
        mistake =
            fits
            ? nil
            : context.error(
                Self.width, "registers of \(asked.bytes) bytes cannot stand \(1 << shift) bytes apart",
                expected: "a “register-shift” that leaves them room")
        width = fits ? asked : .byte
        registers = RegisterBlock(OpenCoresI2CCore.table(shift: UInt64(shift), width: width.bytes))
        bus = TargetSocket("bus", context)
        interrupt = LineOutput("interrupt", context)
        transferred = Event("transferred", context)
        super.init(context)
        bus.serve(self)
        method("transfer", sensitiveTo: [transferred], initialize: false) { [unowned self] in finish() }
    }

    public override func elaborated() throws(ElaborationError) {
        if let mistake { throw mistake }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        let before = core.current
        registers.transport(&transaction, core: &core)
        guard transaction.command == .write else { return }
        let time = now + delay
        if core.current != before {
            transferred.cancel()
            if core.isTransferring {
                transferred.notify(at: time.saturatingAdd(max(clock.time(ofCycle: core.clocks), .picoseconds(1))))
            }
        }
        interrupt.set(core.isInterruptAsserted, at: time)
    }

    /// Does on the bus what the command said.
    private func finish() {
        let command = core.current
        var isAcknowledged: Bool?
        var received: UInt8?
        if command.contains(.start) { i2c.start() }
        if command.contains(.write) {
            isAcknowledged = i2c.send(core.transmit, at: now)
        } else if command.contains(.read) {
            received = i2c.receive(at: now)
        }
        if command.contains(.stop) { i2c.stop(at: now) }
        core.finish(isAcknowledged: isAcknowledged, received: received)
        interrupt.set(core.isInterruptAsserted, at: now)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    // MARK: Reset and snapshot

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter:
            core = OpenCoresI2CCore()
            i2c.reset()
        case .hold: interrupt.set(false, at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(I2CState(core, i2c), lines: [interrupt])) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<I2CState>.self, at: path)
        try state.restore([interrupt], of: path)
        var reader = SnapshotReader(state.core.bus, place: path)
        try i2c.restore(from: &reader)
        core = state.core.core
    }
}

/// The registers, and what the bus is doing.
private struct I2CState: SnapshotPayload {
    static var schema: SnapshotSchema { OpenCoresI2CCore.schema }

    var core: OpenCoresI2CCore
    var bus: [UInt8]

    init(_ core: OpenCoresI2CCore, _ bus: I2CBus) {
        self.core = core
        var writer = SnapshotWriter()
        bus.encode(to: &writer)
        self.bus = writer.bytes
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(core)
        writer.write(bus)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        core = try reader.read(payload: OpenCoresI2CCore.self)
        bus = try reader.read()
    }
}

extension OpenCoresI2C: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "i2c", compatible: ["opencores,i2c-ocores"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(["interrupt"])),
                    DeviceTreeProperty("clocks", .clocks([clock.hertz])),
                    DeviceTreeProperty("clock-frequency", .cells([UInt32(truncatingIfNeeded: speed.hertz)])),
                    DeviceTreeProperty("reg-shift", .cells([UInt32(shift)])),
                    DeviceTreeProperty("reg-io-width", .cells([UInt32(width.bytes)])),
                    DeviceTreeProperty("#address-cells", .cells([1])),
                    DeviceTreeProperty("#size-cells", .cells([0])),
                ]))
    }
}
