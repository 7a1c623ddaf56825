import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemDevices

/// A hostile guest on a PCI machine: random accesses to configuration spaces, regions and registers of transfers, of every
/// width and at every offset, messages and pins, power, resets, snapshots, and devices that come and go meanwhile. All of
/// it follows from the seed.
struct PCIFuzz {
    private let base: PCIBench
    private let rom: Rom
    private let port: PCIRootPort
    private var random: SplitMix64
    private let image: [UInt8]
    private var pluggedCount = 0

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        base = try PCIBench()
        let bench = base.bench
        rom = try bench.make(Rom.self, "rom", ["size": .size(ByteSize(bytes: 0x1000))])
        try bench.map(rom.bus, at: 0x1000, size: 0x1000)
        image = (0..<0x1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        bench.probe.debugWrite(0x1000, bytes: image)
        _ = try bench.make(NewDevice.self, "new", ["dma-mask": .unsigned(.max)])
        _ = try bench.make(Edu.self, "edu", ["dma_mask": .unsigned(.max)])
        _ = try bench.make(PCITestDevice.self, "test")
        _ = try bench.make(PCISample.self, "sample")
        _ = try bench.make(PCIBridge.self, "bridge")
        port = try bench.make(PCIRootPort.self, "port")
        _ = try bench.make(NewDevice.self, "inner", ["bus": .link(ModulePath("bridge"))])
        try plug()
        try bench.simulation.elaborate()
        bench.run(for: .nanoseconds(1))
        wake()
    }

    // MARK: What a guest may do

    private var functions: [PCIFunction] {
        var all: [PCIFunction] = []
        base.host.pci.forEachFunction { all.append($0) }
        return all
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(random.next() % UInt64(elements.count))]
    }

    /// Addresses at which something stands, something begins, or nothing is.
    private mutating func address() -> UInt64 {
        let places: [UInt64] = [
            0, 0x1000, 0x1ff8, PCIBench.ecam, PCIBench.ecam + 0x1_0000, PCIBench.ecam + 0x10_0000, PCIBench.io,
            PCIBench.config,
            0x4000_0000, 0x4000_1000, 0x4000_2000, 0x4010_0000, 0x5000_0000, 0x7fff_f000, 0x8000_0000, 0x800f_ffc0,
            0x8010_0000,
            0xffff_f000, 0x4_0000_0000, 1 << 63, .max - 4095, .max - 7,
        ]
        let place = pick(places)
        return random.next() % 3 == 0 ? place &+ random.next() % 0x2000 : place
    }

    private mutating func length() -> UInt64 {
        let lengths: [UInt64] = [0, 1, 4, 8, 63, 64, 65, 4095, 4096, 4097, 1 << 20, 0xffff_ffff, random.next()]
        return pick(lengths)
    }

    private mutating func access(_ address: UInt64) {
        let count = pick([1, 2, 4, 8, 4, 8, 3, 16, 64])
        guard random.next() % 2 == 0 else {
            base.bench.probe.read(address, count: count)
            return
        }
        // Values that mean something come often.
        let value =
            random.next() % 3 == 0 ? random.next() : random.next() % 2 == 0 ? self.address() : random.next() & 0xff
        base.bench.probe.write(
            address, bytes: (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64($0 % 8 * 8)) })
    }

    private mutating func accessConfiguration() {
        let bus = pick([0, 0, 0, 1, 2, 255] as [UInt64])
        let function = random.next() % 9 << 15 + random.next() % 8 / 7 << 12
        let offset = random.next() % pick([0x40, 0x100, 0x1000] as [UInt64])
        access(PCIBench.ecam + bus << 20 + function + offset)
    }

    /// CONFIG_ADDRESS, and CONFIG_DATA.
    private mutating func accessPorts() {
        base.bench.probe.write(PCIBench.config, UInt32(truncatingIfNeeded: random.next() & 0x8000_47fc | 0x8000_0000))
        access(PCIBench.config + 4 + random.next() % 4)
    }

    /// Puts a region anywhere: over another, over memory, to the end of what can be addressed.
    private mutating func moveRegion() {
        let function = pick(functions)
        guard !function.header.regions.isEmpty else { return }
        let region = pick(function.header.regions)
        function.writeConfiguration(
            0x10 + region.index * 4, address(), count: region.space == .memory64 ? 8 : 4, at: base.bench.now)
        function.writeConfiguration(4, random.next() % 4 == 0 ? random.next() & 7 : 7, count: 2, at: base.bench.now)
    }

    private mutating func accessRegion() {
        let places = functions.flatMap(\.regions).filter { $0.isEnabled }
        guard !places.isEmpty else { return }
        let place = pick(places)
        let offset = random.next() % min(place.size, 0x2000)
        access((place.space == .io ? PCIBench.io : 0) &+ place.base &+ (random.next() % 3 == 0 ? offset : offset & ~7))
    }

    /// Starts a transfer from or to anywhere, itself included, wherever the device's registers are.
    private mutating func transfer() {
        let function = pick(functions)
        guard let place = function.regions.first, place.isEnabled, place.space != .io else { return }
        let isEdu = function.header.vendor == 0x1234
        let first = place.base &+ (isEdu ? 0x80 : 0x10)
        let inner = isEdu ? 0x4_0000 + random.next() % 4 * 0x555 : pick([0, 1, 64, 4000, 4096, .max] as [UInt64])
        let isOut = random.next() % 2 == 0
        base.bench.probe.write(first, isOut ? inner : address())
        base.bench.probe.write(first &+ 8, isOut ? address() : inner)
        let count = length()
        if isEdu {
            base.bench.probe.write(first &+ 16, count)
            base.bench.probe.write(first &+ 24, UInt64(isOut ? 7 : 5))
        } else {
            base.bench.probe.write(first &+ 16, UInt32(truncatingIfNeeded: count))
            base.bench.probe.write(place.base &+ 8, UInt32(isOut ? 7 : 5))
        }
    }

    /// Doorbells without end, and messages to anywhere.
    private mutating func storm() {
        let function = pick(functions)
        guard let place = function.regions.first, place.isEnabled, place.space != .io else { return }
        if random.next() % 2 == 0 {
            function.writeConfiguration(0x44, address(), count: 8, at: base.bench.now)
            function.writeConfiguration(0x42, random.next() & 0x71, count: 2, at: base.bench.now)
        }
        let isEdu = function.header.vendor == 0x1234
        base.bench.probe.write(place.base &+ 8, UInt32(4))
        for _ in 0..<20 {
            base.bench.probe.write(place.base &+ (isEdu ? 0x60 : 0xc), UInt32(1))
            if random.next() % 4 == 0 { base.bench.run(for: .nanoseconds(60)) }
            base.bench.probe.write(place.base &+ (isEdu ? 0x64 : 4), UInt32(0xf))
        }
    }

    /// The slot: its registers, the button, and the hand that pulls a device out or puts one in.
    private mutating func useSlot() throws {
        switch random.next() % 4 {
        case 0: port.writeConfiguration(0x78, random.next(), count: 2, at: base.bench.now)
        case 1:
            port.writeConfiguration(
                0x78, pick([0x1039, 0x1739, 0x700, 0x121] as [UInt64]), count: 2, at: base.bench.now)
        case 2: if let device = port.pci.functions[0] { base.bench.simulation.unplug(device) } else { try plug() }
        default:
            guard let device = port.pci.functions[0], port.slotState?.leaving.isEmpty ?? false else { return }
            if try port.release(device) { base.bench.simulation.unplug(device) }
        }
        for device in base.bench.simulation.takeDeparting() { base.bench.simulation.unplug(device) }
    }

    private mutating func plug() throws {
        pluggedCount += 1
        let name = "plugged\(pluggedCount)"
        let type: any CatalogModule.Type = pluggedCount % 2 == 0 ? Edu.self : NewDevice.self
        let properties = try type.declaration.check(["bus": .link(ModulePath("port"))], of: name)
        let bench = base.bench
        _ = try bench.simulation.plug { () throws(ElaborationError) in try type.init(bench.context(name, properties)) }
    }

    /// Numbers, windows and regions as software sets them, so that there is something to attack.
    private mutating func wake() {
        base.host.pci.forEachFunction { function in
            let device = UInt64(function.address?.device ?? 0) + (function.bus === base.host.pci ? 0 : 0x20)
            let now = base.bench.now
            if function.header.isBridge {
                let bus = device == 5 ? 1 : 2 as UInt64
                function.writeConfiguration(0x18, bus << 16 | bus << 8, count: 4, at: now)
                function.writeConfiguration(0x20, 0x41f0_4000, count: 4, at: now)
                function.writeConfiguration(0x1c, 0xf000, count: 2, at: now)
            }
            for region in function.header.regions {
                let place = region.space == .io ? 0x1000 + device << 8 : 0x4000_0000 + device << 20
                function.writeConfiguration(
                    0x10 + region.index * 4, place + UInt64(region.index) << 16,
                    count: region.space == .memory64 ? 8 : 4, at: now)
            }
            function.writeConfiguration(4, 7, count: 2, at: now)
        }
    }

    // MARK: A run

    mutating func run(rounds: Int) throws {
        for _ in 0..<rounds {
            switch random.next() % 64 {
            case 0..<16: accessConfiguration()
            case 16..<18: accessPorts()
            case 18..<24: moveRegion()
            case 24..<42: accessRegion()
            case 42..<52: transfer()
            case 52..<54: storm()
            case 54: access(address())
            case 55: try useSlot()
            case 56: wake()
            case 57 where random.next() % 64 == 0: base.bench.simulation.reset()
            case 58 where random.next() % 64 == 0:
                let saved = try base.bench.simulation.save()
                try base.bench.simulation.restore(saved)
                #expect(try base.bench.simulation.save() == saved)
            default: base.bench.run(for: .nanoseconds(random.next() % 3000))
            }
            if random.next() % 32 == 0 { check() }
        }
        base.bench.run(for: .microseconds(500))
        check()
    }

    /// What holds whatever a guest does.
    private func check() {
        let bench = base.bench
        bench.run(for: .zero)
        #expect(bench.simulation.failure == nil)
        #expect(bench.probe.debugRead(0x1000, count: image.count) == image, "a ROM has changed")
        var levels = [false, false, false, false]
        base.host.pci.forEachFunction { function in
            let configuration = function.configuration
            guard let pin = function.header.pin, let address = function.address,
                let line = function.bus?.line(of: pin, at: address)
            else { return }
            #expect(configuration.interruptStatus == (configuration.word(6) & 8 != 0))
            if configuration.interruptStatus, !configuration.isPinDisabled, !function.usesMessages,
                configuration.powerState == 0
            {
                levels[line.line] = true
            }
        }
        #expect(base.lines.map(\.level) == levels, "lines are not what the functions ask for")
    }

    /// The functions whose transfers have moved bytes.
    var movers: [String] {
        BusDirectory.of(base.bench.simulation).traffic.filter { $0.readBytes > 0 }.map(\.initiator)
    }

    /// Everything that a run leaves: what the simulation would save, and what its report counts.
    func outcome() throws -> (state: SimulationSnapshot, traffic: [String]) {
        let directory = BusDirectory.of(base.bench.simulation)
        return (
            try base.bench.simulation.save(),
            directory.traffic.map {
                "\($0.initiator) \($0.target) \($0.reads) \($0.writes) \($0.readBytes) \($0.writeBytes)"
            }
        )
    }
}
