import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// What holds of every device: `DeviceConformance` and `CoreConformance` say what that is.
@Suite struct ConformanceTests {
    private func check<Device: CatalogModule, Register: RegisterName>(
        _ type: Device.Type, with properties: PropertyValues = [:], _ table: RegisterTable<Register>,
        unwritten: Set<Register> = [], elements: @escaping (Register) -> Int = { _ in .max },
        bus: (Device) -> TargetSocket
    ) throws {
        let bench = SimBench()
        let device = try bench.make(type, "device", properties)
        // An initiator socket must lead somewhere; nothing answers there.
        for case let socket as InitiatorSocket in device.ports where socket.bound == nil {
            socket.bind(to: bench.router.in)
        }
        if let out = device.port(named: "out") as? PassingSocket { try out.bind(to: bench.router.in) }
        var conformance = try DeviceConformance(device, bus(device), table, in: bench, elements: elements)
        conformance.unwritten = unwritten
        try bench.simulation.elaborate()
        #expect(conformance.checkAll() == [])
    }

    @Test("the software interrupt devices conform")
    func software() throws {
        try check(MSWI.self, with: ["harts": .integer(3)], MSWICore.registers, elements: { _ in 3 }) { $0.bus }
        try check(SSWI.self, with: ["harts": .integer(3)], SSWICore.registers, elements: { _ in 3 }) { $0.bus }
    }

    @Test("the timer conforms")
    func timer() throws {
        try check(
            MTimer.self, with: ["harts": .integer(3)], MTimerCore.registers, elements: { $0 == .compare ? 3 : .max }
        ) { $0.bus }
    }

    @Test("the interrupt controller conforms")
    func controller() throws {
        try check(PLIC.self, with: ["contexts": .integer(4)], PLICCore.registers, elements: Self.elements) { $0.bus }
    }

    @Test("both domains of the advanced controller conform, and the pages of the IMSICs", arguments: [false, true])
    func advanced(isMachine: Bool) throws {
        try check(APLIC.self, APLICCore.registers, unwritten: [.domain], elements: Self.advancedElements) {
            isMachine ? $0.machine : $0.supervisor
        }
        try check(IMSIC.self, with: ["harts": .integer(3)], IMSICCore.registers, elements: { _ in 3 }) {
            isMachine ? $0.machine : $0.supervisor
        }
    }

    private static func advancedElements(_ register: APLICCore.Register) -> Int {
        switch register {
        case .delivery, .force, .threshold, .top, .claim: 1
        case .source, .target: 96
        default: .max
        }
    }

    @Test("the serial ports conform")
    func serial() throws {
        try check(UART16550.self, UART16550Core.registers) { $0.bus }
        try check(PL011.self, PL011Core.registers) { $0.bus }
        try check(SiFiveUART.self, SiFiveUARTCore.registers) { $0.bus }
    }

    @Test("clock, finisher and DMA engine conform")
    func others() throws {
        try check(GoldfishRTC.self, GoldfishRTCCore.registers) { $0.bus }
        try check(SiFiveTest.self, SiFiveTestCore.registers) { $0.bus }
        try check(DemoDMA.self, DemoDMACore.registers, unwritten: [.control]) { $0.bus }
    }

    @Test("the IOMMU conforms", arguments: [1, 8, 64])
    func translation(windows: Int) throws {
        try check(
            IOMMU.self, with: ["windows": .integer(Int64(windows)), "streams": .integer(3)], IOMMUCore.registers,
            elements: { $0.rawValue >= IOMMUCore.Register.start.rawValue ? windows : .max }
        ) { $0.bus }
    }

    @Test("the GPIO controller conforms", arguments: [1, 16, 32])
    func pins(count: Int) throws {
        try check(SiFiveGPIO.self, with: ["pins": .integer(Int64(count))], SiFiveGPIOCore.registers) { $0.bus }
    }

    @Test(
        "the I2C controller conforms, however its registers stand", arguments: [(0, "1"), (2, "1"), (2, "4"), (3, "2")])
    func i2c(shift: Int, width: String) throws {
        try check(
            OpenCoresI2C.self, with: ["register-shift": .integer(Int64(shift)), "register-width": .choice(width)],
            OpenCoresI2CCore.table(shift: UInt64(shift), width: Int(width) ?? 0)
        ) { $0.bus }
    }

    @Test("the SPI controller conforms")
    func spi() throws { try check(SiFiveSPI.self, SiFiveSPICore.registers) { $0.bus } }

    @Test("modulator and clock control conform")
    func modulator() throws {
        try check(SiFivePWM.self, SiFivePWMCore.registers) { $0.bus }
        try check(SiFivePRCI.self, SiFivePRCICore.registers) { $0.bus }
    }

    @Test("fresh cores read as their tables say")
    func resetValues() {
        #expect(CoreConformance.checkReset(MSWICore(hartCount: 2), elements: { _ in 2 }) == [])
        #expect(CoreConformance.checkReset(SSWICore(hartCount: 2), elements: { _ in 2 }) == [])
        #expect(CoreConformance.checkReset(MTimerCore(hartCount: 2), elements: { $0 == .compare ? 2 : .max }) == [])
        #expect(
            CoreConformance.checkReset(PLICCore(sourceCount: 95, contextCount: 4), elements: Self.elements) == [])
        for isRoot in [true, false] {
            #expect(
                CoreConformance.checkReset(
                    APLICCore(
                        .init(
                            sourceCount: 96, hartCount: 1, sendsMessages: false, priorityBits: 8, isRoot: isRoot)),
                    elements: Self.advancedElements) == [])
        }
        #expect(CoreConformance.checkReset(IMSICCore(hartCount: 4, identityCount: 63)) == [])
        #expect(CoreConformance.checkReset(UART16550Core()) == [])
        // The identification registers hold a value for each element, which a row cannot say.
        #expect(CoreConformance.checkReset(PL011Core(), except: [.peripheralID, .cellID]) == [])
        #expect(CoreConformance.checkReset(GoldfishRTCCore(base: 0)) == [])
        #expect(CoreConformance.checkReset(SiFiveTestCore()) == [])
        #expect(CoreConformance.checkReset(DemoDMACore()) == [])
        #expect(CoreConformance.checkReset(IOMMUCore()) == [])
        #expect(CoreConformance.checkReset(SiFiveGPIOCore(pinCount: 32)) == [])
        #expect(CoreConformance.checkReset(OpenCoresI2CCore()) == [])
        #expect(CoreConformance.checkReset(SiFiveUARTCore()) == [])
        #expect(CoreConformance.checkReset(SiFivePWMCore()) == [])
        #expect(CoreConformance.checkReset(SiFivePRCICore()) == [])
        #expect(CoreConformance.checkReset(SiFiveSPICore(lineCount: 1, hasFlashMode: true)) == [])
    }

    @Test("cores survive a snapshot, and refuse a short one")
    func snapshots() {
        var uart = UART16550Core()
        uart.write(.interruptIdentification, 0xc1)
        for character in 1...20 { uart.receiveFromLine(UInt8(character), errors: character == 3 ? 0x04 : 0) }
        #expect(CoreConformance.checkSnapshotRoundTrip(uart) == [])
        var pl011 = PL011Core()
        pl011.write(.lineControl, 0x70)
        pl011.write(.control, 0x301)
        for character in 1...40 { pl011.receiveFromLine(UInt8(character), errors: 0) }
        #expect(CoreConformance.checkSnapshotRoundTrip(pl011) == [])
        var plic = PLICCore(sourceCount: 40, contextCount: 3)
        plic.write(.priority, at: 33, 5, mask: 0xffff_ffff)
        plic.write(.enable, at: 33, 2, mask: 0xffff_ffff)
        plic.setLevel(33, true)
        #expect(CoreConformance.checkSnapshotRoundTrip(plic) == [])
        var aplic = APLICCore(
            .init(sourceCount: 40, hartCount: 3, sendsMessages: false, priorityBits: 8, isRoot: true))
        aplic.write(.source, at: 32, 6, mask: 0xffff_ffff)
        aplic.write(.setEnableNumber, at: 0, 33, mask: 0xffff_ffff)
        aplic.write(.target, at: 32, 2 << 18 | 7, mask: 0xffff_ffff)
        aplic.setLevel(33, true)
        #expect(CoreConformance.checkSnapshotRoundTrip(aplic) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(IMSICCore(hartCount: 4, identityCount: 63)) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(MTimerCore(hartCount: 2, cycles: 77)) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(MSWICore(hartCount: 2)) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(SSWICore(hartCount: 2)) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(GoldfishRTCCore(base: 5)) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(SiFiveTestCore()) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(DemoDMACore()) == [])
        var iommu = IOMMUCore(windowCount: 4)
        for register: IOMMUCore.Register in [.start, .last, .target, .attributes] {
            iommu.write(register, at: 2, 0x1234_5008 + UInt64(register.rawValue), mask: .max)
        }
        _ = iommu.takeChange()
        #expect(CoreConformance.checkSnapshotRoundTrip(iommu) == [])
        var gpio = SiFiveGPIOCore(pinCount: 16)
        gpio.write(.inputEnable, at: 0, 0xf0f0, mask: 0xffff_ffff)
        gpio.setInput(7, true)
        gpio.setFunction(1, 3, true)
        #expect(CoreConformance.checkSnapshotRoundTrip(gpio) == [])
        var i2c = OpenCoresI2CCore()
        i2c.write(.control, at: 0, 0xc0, mask: 0xff)
        i2c.write(.command, at: 0, 0x90, mask: 0xff)
        #expect(CoreConformance.checkSnapshotRoundTrip(i2c) == [])
        var port = SiFiveUARTCore(divisor: 138)
        for byte: UInt64 in 1...4 { port.write(.transmitData, at: 0, byte, mask: 0xffff_ffff) }
        #expect(CoreConformance.checkSnapshotRoundTrip(port) == [])
        var modulator = SiFivePWMCore(cycle: 7)
        modulator.write(.compare, at: 2, 0x1234, mask: 0xffff_ffff)
        modulator.write(.configuration, at: 0, 0x1000, mask: 0xffff_ffff)
        modulator.cycle = 100
        #expect(CoreConformance.checkSnapshotRoundTrip(modulator) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(SiFivePRCICore()) == [])
        var spi = SiFiveSPICore(lineCount: 4, hasFlashMode: false)
        for byte: UInt64 in 1...5 { spi.write(.transmitData, at: 0, byte, mask: 0xffff_ffff) }
        _ = spi.beginFrame()
        #expect(CoreConformance.checkSnapshotRoundTrip(spi) == [])
        var flash = NORFlashCore(size: 1 << 20, identification: 0xef4014)
        for byte: UInt8 in [2, 0, 0x12, 0xff, 7, 8] { _ = flash.exchange(byte, clocks: 8) }
        #expect(CoreConformance.checkSnapshotRoundTrip(flash) == [])
        let geometry = CFIFlashCore.Geometry(size: 1 << 20, blockSize: 1 << 16, bankWidth: 4, chipWidth: 2)
        var parallel = CFIFlashCore(geometry)
        for (address, value) in [(0, 0x60), (0x1_0000, 1), (0, 0xe8), (0, 2), (8, 0x1234_5678)] {
            _ = parallel.write(at: address, UInt64(value), count: 4)
            parallel.finishWork()
        }
        #expect(CoreConformance.checkSnapshotRoundTrip(parallel) == [])
        var sensor = TMP102Core()
        sensor.convert(-12_345)
        for byte: UInt8 in [3, 0x12] { _ = sensor.receive(byte) }
        #expect(CoreConformance.checkSnapshotRoundTrip(sensor) == [])
        var memory = AT24Core(.c64)
        memory.begin(block: 0, .write)
        for byte: UInt8 in [0x1f, 0xfe, 1, 2, 3] { memory.receive(byte) }
        #expect(CoreConformance.checkSnapshotRoundTrip(memory) == [])
    }

    /// Those that stand alone: an object is made for a device that is there.
    private static let alone = Catalog.devices.map { $0.declaration }.filter { $0.category != .object }.map {
        $0.typeName
    }

    @Test("every device has its ports as its declaration says", arguments: alone)
    func ports(typeName: String) throws {
        let bench = SimBench()
        let device = try Catalog().addingDevices().make(typeName, named: "device", in: bench.simulation.root)
        let declared = type(of: device).declaration.ports
        // The bus connects the ports of functions and its own; software finds functions by itself.
        guard !(device is PCIFunction) else { return #expect(declared.isEmpty) }
        for port in device.ports where port.name != "hole" {
            let stem = String(port.name.prefix { !$0.isNumber })
            #expect(declared.contains { $0.count == nil ? $0.name == port.name : $0.name == stem })
        }
        for port in declared where port.count == nil { #expect(device.port(named: port.name) != nil) }
        // What software can reach stands in the device tree.
        if device.ports.contains(where: { $0 is TargetSocket }) { #expect(device is any DeviceTreeContributor) }
    }

    @Test(
        "debug reads of every device change nothing, and what has registers says so in its declaration",
        arguments: alone)
    func debugReads(typeName: String) throws {
        let bench = SimBench()
        let device = try Catalog().addingDevices().make(typeName, named: "device", in: bench.simulation.root)
        let behind = Router(bench.context("behind"))
        for case let socket as InitiatorSocket in device.ports where socket.bound == nil { socket.bind(to: behind.in) }
        if let out = device.port(named: "out") as? PassingSocket { try out.bind(to: behind.in) }
        let before = device.saveState()
        var base: UInt64 = 0
        for case let socket as TargetSocket in device.ports {
            base += 0x2000
            try bench.map(socket, at: base, size: 0x2000, name: socket.name)
            for offset in stride(from: 0 as UInt64, to: 0x2000, by: 4) {
                _ = bench.probe.debugRead(base + offset, count: 4)
            }
            // A flash is told its commands by writes to its contents.
            #expect(socket.name != "bus" || ModuleRegisters(of: device) != nil || device is RomDevice)
        }
        let declaration = type(of: device).declaration
        let sets = ModuleRegisters.all(of: device)
        #expect(sets.isEmpty == declaration.registers.isEmpty)
        if let ports = declaration.registerPorts { #expect(sets.map(\.port) == ports) }
        #expect(device.saveState() == before)
    }

    private static func elements(_ register: PLICCore.Register) -> Int {
        switch register {
        case .priority: 96
        case .pending: 3
        case .enable: 3
        case .threshold, .claim: 4
        }
    }
}
