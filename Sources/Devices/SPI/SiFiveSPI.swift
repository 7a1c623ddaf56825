public import TandemBus
public import TandemKernel

/// The SiFive SPI controller: the shell around `SiFiveSPICore`, the bus that it controls, and its memory-mapped mode.
public final class SiFiveSPI: Module, CatalogModule, BusTarget, TaggedBusTarget, SPIController {
    public static let clock = Property<Frequency>(
        "clock-frequency", default: .megahertz(50), range: .hertz(1)...Frequency.gigahertz(1000),
        "Input of the divider of SCK.")
    public static let lineCount = Property<Int>(
        "selects", default: 1, range: 1...32, "How many chip select lines there are.")
    public static let memoryMapped = Property<Bool>(
        "memory-mapped", default: true,
        "Has the mode that shows a flash in the memory map; it is on after a reset, as on the first controllers of SiFive's chips."
    )

    public static let declaration = ModuleDeclaration(
        "sifive-spi", category: "spi", summary: "SPI controller (SiFive SPI)",
        properties: [clock.erased, lineCount.erased, memoryMapped.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration("flash", .target, "The flash at the select line `csid`, in the memory-mapped mode."),
            PortDeclaration("interrupt", .lineOut, "A watermark is passed and its interrupt enabled."),
            PortDeclaration("select", .lineOut, count: 1, "Levels of the chip select lines; low selects."),
        ],
        registers: SiFiveSPICore.registers.declarations, registerPorts: ["bus"], interfaces: [.spiController],
        documentation: """
            SiFive FU540-C000 manual, chapter 19. Chips stand on its bus by their properties `bus` and `select`. Frames \
            take their periods of SCK and the delays of `delay0` and `delay1` in simulated time; a change of the select \
            mode waits for the end of the frame under way. Reads of the window `flash` send the command, address and \
            dummy clocks of `ffmt` and take as long; a read that goes on where the last one ended sends none of them. \
            Deviations: clock phase and polarity have no effect; a frame of fewer than eight bits moves eight, in the \
            time of fewer; a read of the window while the mode is off is an address error. An access to a register \
            takes no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    /// Where accesses to the flash arrive.
    public let window: TargetSocket
    /// The bus that it controls.
    public private(set) lazy var spi = SPIBus(of: self, lines: selects.count)
    private let interrupt: LineOutput
    private let selects: [LineOutput]
    private let shifted: Event
    private let clock: Frequency
    private let hasFlashMode: Bool
    private let registers = RegisterBlock(SiFiveSPICore.registers)
    private let storage: CoreStorage<SiFiveSPICore>
    private var stream = FlashStream()

    private var core: SiFiveSPICore {
        @inline(__always) _read { yield storage.core }
        @inline(__always) _modify { yield &storage.core }
    }

    public override init(_ context: ModuleContext) {
        clock = context[Self.clock]
        hasFlashMode = context[Self.memoryMapped]
        let count = context[Self.lineCount]
        bus = TargetSocket("bus", context)
        window = TargetSocket("flash", context)
        interrupt = LineOutput("interrupt", context)
        selects = (0..<count).map { LineOutput("select\($0)", context) }
        shifted = Event("shifted", context)
        storage = CoreStorage(SiFiveSPICore(lineCount: count, hasFlashMode: hasFlashMode))
        super.init(context)
        bus.serve(self)
        window.serve(self, tag: 1)
        method("shift", sensitiveTo: [shifted], initialize: false) { [unowned self] in
            guard let byte = core.shifting else { return }
            let answer = spi.exchange(byte, lanes: core.lanes, at: now)
            core.endFrame(received: answer)
            settle(at: now)
        }
    }

    /// The lines are inactive, that is high, from the start.
    public override func simulationWillStart() {
        if spi.selected == core.selected { select(core.selected, at: now) }
        settle(at: now)
    }

    // MARK: Registers

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        // Reads matter too: one of rxdata may lower the interrupt.
        settle(at: now + delay)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    /// All but a byte that is there to be taken.
    public func directRead(at offset: UInt64, count: Int) -> DirectRead? {
        guard let place = registers.place(at: offset, count: count) else { return nil }
        return DirectRead(self, argument: UInt64(place.register.rawValue)) { context, argument, _ in
            Unmanaged<SiFiveSPI>.fromOpaque(context)._withUnsafeGuaranteedRef { controller in
                guard let register = SiFiveSPICore.Register(rawValue: Int(truncatingIfNeeded: argument)),
                    !controller.core.changesByReading(register)
                else { return DirectRead.declined }
                return controller.core.read(register, at: 0)
            }
        }
    }

    /// Brings the bus and the lines in accord with the registers, and begins the next frame.
    private func settle(at time: SimTime) {
        core.release()
        if !core.isFlashMode {
            stream.end()
            if spi.selected != core.selected, core.shifting == nil { select(core.selected, at: time) }
            if let periods = core.beginFrame() {
                select(core.selected, at: time)
                shifted.notify(at: time.saturatingAdd(span(periods)))
            }
        } else if !stream.isOpen, core.shifting == nil {
            select(core.selected, at: time)
        }
        interrupt.set(core.isInterruptAsserted, at: time)
    }

    private func select(_ lines: UInt32, at time: SimTime) {
        spi.select(lines, at: time)
        for (number, line) in selects.enumerated() { line.set(lines >> UInt32(number) & 1 == 0, at: time) }
    }

    private func span(_ periods: UInt64) -> SimTime {
        max(clock.time(ofCycle: periods * core.clocksPerPeriod), .picoseconds(1))
    }

    // MARK: The flash in the memory map

    public func transport(_ transaction: inout Transaction, delay: inout SimTime, tag: Int) {
        guard transaction.command == .read else {
            transaction.response = transaction.command == .ignore ? .ok : .commandError
            return
        }
        // A frame under way would have to end first; software that switches while it shifts gets nothing.
        guard core.isFlashMode, core.shifting == nil else {
            transaction.response = .addressError
            return
        }
        guard transaction.isPlain else {
            transaction.response = transaction.byteEnables == nil ? .burstError : .byteEnableError
            return
        }
        let time = now + delay
        let clocks = read(transaction.address, into: transaction.data, count: transaction.count, at: time)
        delay = delay + span(clocks)
        transaction.response = .ok
    }

    /// Reads from the chip at `csid`. Returns the periods of SCK that it takes.
    private func read(_ address: UInt64, into data: UnsafeMutableRawPointer, count: Int, at time: SimTime) -> UInt64 {
        let format = FlashFormat(core[.flashFormat])
        var clocks: UInt64 = 0
        let key = UInt64(core[.flashFormat]) << 32 | UInt64(core.selectedByFlash)
        if !stream.goesOn(at: address, key) {
            select(core.selected, at: time)
            select(core.selectedByFlash, at: time)
            clocks += UInt64(core[.delay0] & 0xff)
            if format.hasCommand { clocks += send(format.command, lanes: format.commandLanes, at: time) }
            for byte in (0..<format.addressBytes).reversed() {
                clocks += send(
                    UInt8(truncatingIfNeeded: address >> UInt64(8 * byte)), lanes: format.addressLanes, at: time)
            }
            if format.idleClocks > 0 { spi.idle(clocks: format.idleClocks, at: time) }
            clocks += UInt64(format.idleClocks)
        }
        for index in 0..<count {
            let byte = spi.exchange(0xff, lanes: format.dataLanes, at: time)
            data.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
        stream.go(to: address &+ UInt64(count), key)
        return clocks + UInt64(count * 8 / format.dataLanes)
    }

    private func send(_ byte: UInt8, lanes: Int, at time: SimTime) -> UInt64 {
        _ = spi.exchange(byte, lanes: lanes, at: time)
        return UInt64(8 / lanes)
    }

    public func debugTransport(_ transaction: inout Transaction, tag: Int) -> Int {
        let number = Int(core[.selectID])
        guard number < spi.targets.count, let memory = spi.targets[number] as? any SPIMemory else { return 0 }
        for index in 0..<transaction.count {
            let (address, overflow) = transaction.address.addingReportingOverflow(UInt64(index))
            guard !overflow, let address = Int(exactly: address) else { return index }
            if transaction.command == .read {
                guard let byte = memory.spiPeek(address) else { return index }
                transaction.data.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            } else {
                let byte = transaction.data.load(fromByteOffset: index, as: UInt8.self)
                guard memory.spiPoke(byte, at: address) else { return index }
            }
        }
        transaction.response = .ok
        return transaction.count
    }

    // MARK: Reset and snapshot

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter:
            core = SiFiveSPICore(lineCount: selects.count, hasFlashMode: hasFlashMode)
            stream.end()
        case .hold:
            select(core.selected, at: now)
            interrupt.set(core.isInterruptAsserted, at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState {
        ModuleState(
            DeviceState(SPIState(core: core, stream: stream, selected: spi.selected), lines: [interrupt] + selects))
    }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<SPIState>.self, at: path)
        guard state.core.core.lines == core.lines, state.core.core.hasFlashMode == hasFlashMode else {
            throw .mismatch(
                at: path, "select lines", saved: state.core.core.lines.nonzeroBitCount, here: selects.count)
        }
        try state.restore([interrupt] + selects, of: path)
        core = state.core.core
        stream = state.core.stream
        spi.restore(selected: state.core.selected)
    }
}

/// What `ffmt` says of a read (FU540-C000 manual §19.17).
private struct FlashFormat {
    let hasCommand: Bool
    let command: UInt8
    let addressBytes: Int
    let idleClocks: Int
    let commandLanes: Int
    let addressLanes: Int
    let dataLanes: Int

    init(_ register: UInt32) {
        hasCommand = register & 1 != 0
        addressBytes = min(Int(register >> 1 & 7), 4)
        idleClocks = Int(register >> 4 & 15)
        commandLanes = SiFiveSPICore.lanes(register >> 8)
        addressLanes = SiFiveSPICore.lanes(register >> 10)
        dataLanes = SiFiveSPICore.lanes(register >> 12)
        command = UInt8(truncatingIfNeeded: register >> 16)
    }
}

/// A read of the flash that the next one may go on with.
private struct FlashStream: Equatable {
    private(set) var isOpen = false
    private(set) var next: UInt64 = 0
    /// The format and the select lines that it was begun with.
    private(set) var key: UInt64 = 0

    func goesOn(at address: UInt64, _ key: UInt64) -> Bool { isOpen && address == next && key == self.key }

    mutating func go(to next: UInt64, _ key: UInt64) { self = FlashStream(isOpen: true, next: next, key: key) }

    mutating func end() { self = FlashStream() }

    init(isOpen: Bool = false, next: UInt64 = 0, key: UInt64 = 0) {
        self.isOpen = isOpen
        self.next = next
        self.key = key
    }
}

/// The registers, and what the bus is doing.
private struct SPIState: SnapshotPayload {
    static var schema: SnapshotSchema { SiFiveSPICore.schema }

    var core: SiFiveSPICore
    var stream: FlashStream
    var selected: UInt32

    init(core: SiFiveSPICore, stream: FlashStream, selected: UInt32) {
        self.core = core
        self.stream = stream
        self.selected = selected
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(core)
        writer.write(stream.isOpen)
        writer.write(stream.next)
        writer.write(stream.key)
        writer.write(selected)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        core = try reader.read(payload: SiFiveSPICore.self)
        stream = FlashStream(isOpen: try reader.read(), next: try reader.read(), key: try reader.read())
        selected = try reader.read()
    }
}

extension SiFiveSPI: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "spi", compatible: ["sifive,fu540-c000-spi", "sifive,spi0"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow(), RegisterWindow(port: "flash")])),
                    DeviceTreeProperty("interrupts", .interrupts(["interrupt"])),
                    DeviceTreeProperty("clocks", .clocks([clock.hertz])),
                    DeviceTreeProperty("#address-cells", .cells([1])),
                    DeviceTreeProperty("#size-cells", .cells([0])),
                ]))
    }
}
