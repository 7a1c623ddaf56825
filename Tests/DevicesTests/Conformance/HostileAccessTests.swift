import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// What no guest may do to a device, whatever it writes, in whatever pieces, and whenever.
@Suite struct HostileAccessTests {
    /// The types that accesses reach.
    private static let types =
        Catalog.devices.filter { type in
            type.declaration.ports.contains { $0.kind == .target }
        }.map { $0.declaration.typeName } + [Surroundings.messages]

    @Test(
        "whatever a guest writes, a device answers and goes on, and so does its copy from a snapshot of any moment",
        arguments: types)
    func random(typeName: String) throws {
        for seed in [UInt64.random(in: 0 ... .max), 1, 2] {
            print("\(typeName): seed \(seed)")
            var random = SplitMix64(seed: seed)
            var worlds = [try Surroundings(of: typeName)]
            for number in 0..<400 {
                let act = Act.random(in: worlds[0], using: &random)
                let outcomes = try worlds.map { try $0.perform(act) }
                for outcome in outcomes {
                    try #require(outcome == outcomes[0], "seed \(seed), number \(number): \(act) in the copy")
                }
                try #require(outcomes[0].isLegal, "seed \(seed), number \(number): \(act) gives \(outcomes[0])")
                // The copy goes along for a while; then the next one is made.
                if number % 60 == 40 { worlds = [worlds[0], try worlds[0].copy()] }
                if number % 60 == 39, worlds.count > 1 {
                    #expect(try worlds[1].bench.simulation.save() == worlds[0].bench.simulation.save(), "seed \(seed)")
                }
            }
        }
    }

    @Test(
        "a damaged snapshot of a device is refused, or the device goes on from it, but nothing crashes",
        arguments: types)
    func damage(typeName: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("\(typeName): seed \(seed)")
        var random = SplitMix64(seed: seed)
        let world = try Surroundings(of: typeName)
        for _ in 0..<60 {
            for _ in 0..<10 { _ = try world.perform(.random(in: world, using: &random)) }
            var snapshot = try world.bench.simulation.save()
            for index in snapshot.sections.indices {
                guard case .payload(let schema, var bytes) = snapshot.sections[index].state, !bytes.isEmpty else {
                    continue
                }
                // Registers stand before contents.
                for _ in 0..<2 {
                    bytes[.random(in: 0..<min(bytes.count, 400), using: &random)] = .random(in: 0...255, using: &random)
                }
                snapshot.sections[index].state = .payload(schema, bytes)
            }
            let copy = try Surroundings(of: typeName)
            do { try copy.bench.simulation.restore(snapshot) } catch { continue }
            for _ in 0..<20 { _ = try copy.perform(.random(in: copy, using: &random)) }
        }
    }
}

/// One thing that happens to a device.
private enum Act {
    case read(UInt64, count: Int, enables: [UInt8]?, width: Int?)
    case write(UInt64, [UInt8], enables: [UInt8]?, width: Int?)
    case peek(UInt64, count: Int)
    case wait(SimTime)
    case drive(Int, Bool)
    case type([UInt8])
    case reset(ResetKind)

    static func random(in world: Surroundings, using random: inout SplitMix64) -> Act {
        let choice = UInt8.random(in: 0..<100, using: &random)
        switch choice {
        case 0..<30:
            let count = count(using: &random)
            let (enables, width) = shape(count, using: &random)
            return .read(world.address(using: &random), count: count, enables: enables, width: width)
        case 30..<70:
            let bytes = value(count(using: &random), using: &random)
            let (enables, width) = shape(bytes.count, using: &random)
            return .write(world.address(using: &random), bytes, enables: enables, width: width)
        case 70..<75: return .peek(world.address(using: &random), count: count(using: &random))
        case 75..<90:
            // From a part of a nanosecond to some hundred microseconds.
            let exponent = UInt64.random(in: 0...28, using: &random)
            return .wait(.picoseconds(.random(in: 0...1 << exponent, using: &random)))
        case 90..<95:
            guard !world.switches.isEmpty else { return .wait(.zero) }
            return .drive(Int.random(in: world.switches.indices, using: &random), .random(using: &random))
        case 95..<99: return .type(value(count(using: &random), using: &random))
        default: return .reset(.random(using: &random) ? .warm : .cold)
        }
    }

    private static func count(using random: inout SplitMix64) -> Int {
        [1, 1, 2, 4, 4, 4, 4, 8, 8, 3, 5, 16].randomElement(using: &random) ?? 4
    }

    /// Bytes of small numbers, of all ones, of one bit, and of anything.
    private static func value(_ count: Int, using random: inout SplitMix64) -> [UInt8] {
        var value: UInt64 =
            switch UInt8.random(in: 0..<5, using: &random) {
            case 0: .random(in: 0...8, using: &random)
            case 1: .max
            case 2: 1 << UInt64.random(in: 0..<64, using: &random)
            default: .random(in: 0 ... .max, using: &random)
            }
        return (0..<count).map { _ in
            defer { value = value >> 8 | value << 56 }
            return UInt8(truncatingIfNeeded: value)
        }
    }

    /// Now and then byte enables, now and then a streaming width.
    private static func shape(_ count: Int, using random: inout SplitMix64) -> ([UInt8]?, Int?) {
        switch UInt8.random(in: 0..<16, using: &random) {
        case 0: ((0..<count).map { _ in .random(using: &random) ? 0xff : 0 }, nil)
        case 1: (nil, Int.random(in: 1...count, using: &random))
        default: (nil, nil)
        }
    }
}

/// What came of an act.
private struct Outcome: Equatable {
    var bytes: [UInt8] = []
    var response: Response?
    var delay = SimTime.zero
    var end: StopReason?

    /// Everything is answered, and nothing but what a guest may ask for ends the run.
    var isLegal: Bool {
        if response == .incomplete { return false }
        if case .failed = end { return false }
        return true
    }
}

/// A device with all that it needs: memory, chips on its bus, switches at its inputs, a typist.
private struct Surroundings {
    let bench = SimBench()
    let device: any CatalogModule
    private(set) var switches: [LineSwitch] = []
    private let typeName: String
    private let typist = InMemoryCharacterBackend()
    private let isTypedTo: Bool
    /// Where each socket of the device is mapped.
    private var bases: [UInt64] = []
    private static let window: UInt64 = 0x800_0000

    /// An APLIC that sends messages, to wherever the guest has them go.
    static let messages = "aplic, imsic"

    init(of typeName: String) throws {
        self.typeName = typeName
        let properties: PropertyValues =
            switch typeName {
            case "cfi-flash": ["size": .size(.kibibytes(64)), "block-size": .size(.kibibytes(4))]
            case Self.messages: ["imsic": .link("imsic")]
            default: [:]
            }
        if typeName == Self.messages { _ = try bench.make(IMSIC.self, "imsic") }
        device = try Catalog().addingDevices().make(
            String(typeName.prefix { $0 != "," }), named: "device", in: bench.simulation.root, properties: properties)
        let ram = try bench.addRam(at: 0x8000_0000, size: 0x1_0000)
        // What goes through the device does not come back to it.
        let behind = Router(bench.context("behind"))
        try behind.map(Region(start: 0, size: Self.window, target: ram.bus))
        let port = device.ports.lazy.compactMap { $0 as? CharacterPort }.first
        isTypedTo = port != nil
        try port?.connect(typist)
        for case let socket as TargetSocket in device.ports {
            bases.append(0x1000_0000 + Self.window * UInt64(bases.count))
            try bench.map(socket, at: bases[bases.count - 1], size: Self.window, name: socket.name)
        }
        for port in device.ports {
            if let socket = port as? InitiatorSocket { socket.bind(to: bench.router.in) }
            if let socket = port as? PassingSocket { try socket.bind(to: behind.in) }
        }
        for (index, input) in device.ports.compactMap({ $0 as? LineInput }).prefix(40).enumerated() {
            let lever = try bench.make(LineSwitch.self, "switch\(index)")
            try #require(lever.port(named: "out") as? LineOutput).connect(to: input)
            switches.append(lever)
        }
        if device is any I2CController {
            _ = try bench.make(TMP102.self, "sensor", ["bus": .link("device")])
            _ = try bench.make(AT24.self, "memory", ["bus": .link("device"), "write-time": .time(.microseconds(50))])
        }
        if device is any SPIController {
            _ = try bench.make(
                NORFlash.self, "flash", ["bus": .link("device"), "size": .size(.kibibytes(64))])
        }
        try bench.simulation.elaborate()
    }

    /// Another one in the same state.
    func copy() throws -> Surroundings {
        let copy = try Surroundings(of: typeName)
        try copy.bench.simulation.restore(bench.simulation.save())
        #expect(try copy.bench.simulation.save() == bench.simulation.save())
        return copy
    }

    /// Mostly at a register or near one; also anywhere, at the ends of the window, and in memory.
    func address(using random: inout SplitMix64) -> UInt64 {
        let base = bases.randomElement(using: &random) ?? 0
        let registers = type(of: device).declaration.registers
        switch UInt8.random(in: 0..<20, using: &random) {
        case 0..<15:
            guard let register = registers.randomElement(using: &random) else {
                return base + .random(in: 0..<0x2_0000, using: &random)
            }
            let index = UInt64.random(in: 0..<UInt64(min(register.count, 8)), using: &random)
            let shift: UInt64 = .random(using: &random) ? 0 : .random(in: 0..<8, using: &random)
            return base + register.offset + index * register.stride + shift
        case 15..<17: return base + .random(in: 0..<Self.window, using: &random)
        case 17: return base + .random(in: 0..<0x1000, using: &random)
        case 18: return base + Self.window - .random(in: 1...16, using: &random)
        default: return 0x8000_0000 + .random(in: 0..<0x1_0000, using: &random)
        }
    }

    func perform(_ act: Act) throws -> Outcome {
        let probe = bench.probe
        probe.delay = .zero
        var outcome = Outcome()
        switch act {
        case .read(let address, let count, let enables, let width):
            outcome.bytes = probe.read(address, count: count, byteEnables: enables, streamingWidth: width)
            outcome.response = probe.response
        case .write(let address, let bytes, let enables, let width):
            probe.write(address, bytes: bytes, byteEnables: enables, streamingWidth: width)
            outcome.response = probe.response
        case .peek(let address, let count):
            let before = try bench.simulation.save()
            outcome.bytes = probe.debugRead(address, count: count)
            #expect(try bench.simulation.save() == before, "a debug read changes something")
        case .wait(let time): outcome.end = bench.run(for: time)
        case .drive(let index, let level): try switches[index].properties.set("level", to: .text(level ? "on" : "off"))
        case .type(let bytes):
            // It has arrived before the next act: what waits outside is in no snapshot.
            if isTypedTo { typist.type(bytes) }
            outcome.end = bench.run(for: .nanoseconds(1))
        case .reset(let kind): bench.simulation.reset(kind)
        }
        outcome.delay = probe.delay
        // What an access takes passes before the next one.
        if outcome.end == nil { outcome.end = bench.run(for: probe.delay) }
        // A guest may end the run; somebody switches on again.
        if case .stopped = outcome.end { bench.simulation.reset(.cold) }
        return outcome
    }
}
