import TandemBus
public import TandemKernel

/// A TMP102 temperature sensor on an I2C bus: the shell around `TMP102Core`.
public final class TMP102: Module, CatalogModule, I2CTarget {
    public static let controller = Property<ModulePath?>(
        "bus", default: nil, to: ModuleInterface.i2cController.name,
        "The I2C controller on whose bus it stands; must be given in a platform.")
    public static let address = Property<Int>(
        "address", default: 0x48, range: 0x48...0x4b, "Its I2C address, as the pin ADD0 selects it.")
    /// What 13 bits can say, in thousandths of a degree Celsius.
    static let measurable = -256_000...255_937
    public static let temperature = Property<Int>(
        "temperature", default: 25_000, when: .anyTime, range: measurable,
        "What it measures, in thousandths of a degree Celsius.")

    public static let declaration = ModuleDeclaration(
        "tmp102", category: "i2c", summary: "Temperature sensor on I2C (TI TMP102)",
        properties: [controller.erased, address.erased, temperature.erased],
        ports: [PortDeclaration("alert", .lineOut, "ALERT with its pull-up: low while it alerts, unless POL is set.")],
        plugging: .hot,
        documentation: """
            Texas Instruments data sheet SBOS397H: 12 and 13 bits, the four conversion rates, shutdown with single \
            conversions, both limits, fault queue, comparator and interrupt mode, polarity. Conversions end at exact \
            simulated times, 26 ms after power-on or a change of the configuration and then at the rate; a property \
            `temperature` that is set meanwhile counts from the next end on. Deviations: a register changes when both \
            of its bytes are written; there is no SMBus alert response and no general call.
            """)

    private let alert: LineOutput
    private let conversion: Event
    private let link: ModulePath?
    private let ownAddress: UInt8
    private var core = TMP102Core()
    private var millidegrees: Int
    /// When the first conversion since power-on or the last change of the configuration ends.
    private var firstEnd: SimTime
    /// The bus that it stands on.
    private var bus: I2CBus?

    public override init(_ context: ModuleContext) {
        link = context[Self.controller]
        ownAddress = UInt8(context[Self.address])
        millidegrees = context[Self.temperature]
        firstEnd = context.scheduler.now.saturatingAdd(TMP102Core.conversionTime)
        alert = LineOutput("alert", context)
        conversion = Event("conversion", context)
        super.init(context)
        method("convert", sensitiveTo: [conversion], initialize: false) { [unowned self] in
            core.convert(millidegrees)
            settle()
        }
        properties.observe(Self.temperature) { [unowned self] value in
            millidegrees = value
            settle()
        }
    }

    public override func unrealized() {
        bus?.detach(self)
        bus = nil
    }

    /// Stands on the bus of a controller. Later than the elaboration, too.
    public func attach(to bus: I2CBus) throws(ElaborationError) {
        try bus.attach(self)
        self.bus = bus
    }

    public override func elaborated() throws(ElaborationError) {
        guard bus == nil else { return }
        try attach(to: BusLink.resolve(link, of: self, kind: "I2C", as: (any I2CController).self).i2c)
    }

    public override func simulationWillStart() { settle() }

    /// Brings the line in accord with the registers, and asks for the end of the next conversion if that would change
    /// anything: a sensor at rest costs no events.
    private func settle() {
        alert.set(core.alertLevel, at: now)
        var next = core
        next.convert(millidegrees)
        guard core.isContinuous || core.isConvertingOnce, next != core else { return conversion.cancel() }
        let end = nextEnd
        if conversion.isPending { conversion.cancel() }
        conversion.notify(at: end)
    }

    /// The end of a conversion that comes next; never now.
    private var nextEnd: SimTime {
        guard now >= firstEnd else { return firstEnd }
        let period = core.conversionPeriod.picoseconds
        let passed = (now.picoseconds - firstEnd.picoseconds) / period
        return .picoseconds(firstEnd.picoseconds + (passed + 1) * period)
    }

    // MARK: Transfers

    public var i2cAddresses: ClosedRange<UInt8> { ownAddress...ownAddress }

    public func i2cBegin(_ address: UInt8, _ direction: I2CDirection, at time: SimTime) -> Bool {
        core.begin()
        return true
    }

    public func i2cReceive(_ byte: UInt8, at time: SimTime) -> Bool {
        if core.receive(byte) {
            if core.pointer == .configuration {
                firstEnd = time.saturatingAdd(TMP102Core.conversionTime)
            }
            settle()
        }
        return true
    }

    public func i2cSend(at time: SimTime) -> UInt8 {
        let byte = core.send()
        alert.set(core.alertLevel, at: time)
        return byte
    }

    public func i2cEnd(at time: SimTime) {}

    // MARK: Reset and snapshot

    /// The chip has no reset pin: only switching on resets it.
    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter(.cold):
            core = TMP102Core()
            firstEnd = now.saturatingAdd(TMP102Core.conversionTime)
        case .enter(.warm): break
        case .hold: alert.set(core.alertLevel, at: now)
        case .exit: settle()
        }
    }

    public func saveState() -> ModuleState {
        ModuleState(
            DeviceState(TMP102State(core: core, millidegrees: millidegrees, firstEnd: firstEnd), lines: [alert]))
    }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<TMP102State>.self, at: path)
        try state.restore([alert], of: path)
        core = state.core.core
        millidegrees = state.core.millidegrees
        firstEnd = state.core.firstEnd
    }
}

/// The registers, what is measured, and when.
private struct TMP102State: SnapshotPayload {
    static var schema: SnapshotSchema { TMP102Core.schema }

    var core: TMP102Core
    var millidegrees: Int
    var firstEnd: SimTime

    init(core: TMP102Core, millidegrees: Int, firstEnd: SimTime) {
        self.core = core
        self.millidegrees = millidegrees
        self.firstEnd = firstEnd
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(core)
        writer.write(Int64(millidegrees))
        writer.write(firstEnd)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        core = try reader.read(payload: TMP102Core.self)
        millidegrees = Int(try reader.read(Int64.self))
        guard TMP102.measurable.contains(millidegrees) else {
            throw reader.error(
                "the temperature is \(millidegrees)",
                expected: "\(TMP102.measurable.lowerBound) to \(TMP102.measurable.upperBound)")
        }
        firstEnd = try reader.read()
    }
}

extension TMP102: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "temperature-sensor@\(String(ownAddress, radix: 16))", compatible: ["ti,tmp102"],
                properties: [
                    DeviceTreeProperty("reg", .cells([UInt32(ownAddress)])),
                    DeviceTreeProperty("#thermal-sensor-cells", .cells([0])),
                ]),
            parent: link?.text)
    }
}
