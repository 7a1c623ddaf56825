import TandemBus
import TandemDevices
public import TandemKernel

/// A machine that runs: a platform with its images in memory. What the command line, a monitor, a test and a user's own
/// program drive.
///
/// ```swift
/// let machine = try Machine(platform, catalog: .standard)
/// try machine.load(BootOptions(firmware: "hello.elf"), from: images)
/// let outcome = machine.run()
/// ```
public final class Machine {
    /// What it was made from, with what has come and without what has gone since.
    public internal(set) var platform: Platform
    /// The plan of that platform.
    public internal(set) var plan: PlatformPlan
    /// The module types that it may have.
    public let catalog: Catalog
    public let simulation: Simulation
    /// What was loaded and where; nothing before `load`.
    public private(set) var layout: BootLayout?
    /// The device tree blob that the guest gets.
    public private(set) var deviceTree: [UInt8] = []
    /// Whether a guest that asks for a restart gets one; otherwise the run ends there.
    public var restartsOnReset = true
    /// How often the machine was restarted, by its guest or from outside.
    public private(set) var restartCount = 0
    /// Called before each restart, between two runs: for whoever tells others about it.
    public var restartNotice: () -> Void = {}
    /// Called with the path of each device that has been taken out, between two runs.
    public var departureNotice: (String) -> Void = { _ in }
    /// What firmware and kernel were called, for messages about the guest.
    public private(set) var symbols = SymbolTable()
    private var boot = BootOptions()
    private var bootROMContents: [UInt8] = []
    private var deviceTreeAddress: UInt64 = 0

    /// Builds the platform. Everything that is wrong with it is reported at once.
    public init(_ platform: Platform, catalog: Catalog = .standard, seed: UInt64 = 0) throws(PlatformError) {
        let built = try BuiltPlatform(platform, catalog: catalog, seed: seed)
        self.platform = built.platform
        plan = built.plan
        self.catalog = catalog
        simulation = built.simulation
        platform.timing.apply(to: simulation)
        try applyTraffic()
    }

    /// The module at a path.
    public func module(_ path: String) -> Module? { simulation.root.find(path) }

    // MARK: Images

    /// The addresses of main memory; an error where the board has none.
    public var mainMemoryRange: ClosedRange<UInt64> { get throws(PlatformError) { try mainMemory().range } }

    /// Main memory and where it stands; an error where the board has none.
    func mainMemory() throws(PlatformError) -> (memory: Memory, range: ClosedRange<UInt64>) {
        guard let path = plan.memory, let memory = module(path) as? Memory else {
            throw PlatformError(
                at: platform.place.isEmpty ? platform.name : platform.place, "the platform says nothing of main memory",
                expected: "board: { memory: NAME } with a module of type “ram”")
        }
        guard let window = plan.module(path)?.windows.first else {
            throw PlatformError(
                at: path, "main memory stands nowhere in the memory map", expected: "“at” with an address")
        }
        let start = plan.address(of: window)
        return (memory, start...start &+ (window.span - 1))
    }

    /// The memory that the machine executes from, and where it stands; nothing where the board has none.
    func flashMemory() throws(PlatformError) -> (memory: Memory, range: ClosedRange<UInt64>)? {
        guard let path = plan.flash else { return nil }
        guard let memory = module(path) as? Memory, let window = plan.module(path)?.windows.first else {
            throw PlatformError(
                at: path, "the flash of the board is no memory in the memory map",
                expected: "a module of type “rom” or “ram” with “at”")
        }
        return (memory, window.start...window.end)
    }

    /// Reads the images, decides where everything stands, generates the device tree, and fills memory and boot ROM.
    public func load(_ options: BootOptions, from images: ImageSource) throws(PlatformError) {
        boot = options
        let (_, range) = try mainMemory()
        var layout = BootLayout(
            memory: range, flash: try flashMemory()?.range, width: hartFacts.first?.width ?? .bits64)
        let firmware = try firmwareName(options)
        if let firmware { try layout.addFirmware(images.open(firmware)) }
        if !options.kernel.isEmpty {
            try layout.addKernel(images.open(options.kernel), hasFirmware: firmware != nil)
        }
        if !options.initialRAMDisk.isEmpty {
            guard layout.kernelEntry != nil, let kernel = layout.kernelAddress else {
                throw PlatformError(
                    at: "-initrd", "there is no kernel for the initial RAM disk", expected: "-kernel FILE")
            }
            try layout.addInitialRAMDisk(images.open(options.initialRAMDisk), kernelAt: kernel)
        }
        if options.kernel.isEmpty && !options.arguments.isEmpty {
            throw PlatformError(at: "-append", "there is no kernel to read the arguments", expected: "-kernel FILE")
        }
        deviceTree = try makeDeviceTree(chosen(options, layout)).encoded()
        if layout.flash != nil, let rom = plan.bootROM.flatMap({ plan.module($0)?.windows.first }) {
            deviceTreeAddress = rom.start + BootROM.deviceTreeOffset
        } else {
            deviceTreeAddress = try layout.placeDeviceTree(size: UInt64(deviceTree.count))
        }
        bootROMContents = try makeBootROM(layout)
        symbols = layout.symbols
        for file in options.symbols { symbols.add(try file.symbols(from: images)) }
        self.layout = layout
        shareSymbols()
        fillMemory(isFresh: true)
    }

    /// The firmware to load; nothing where the machine starts with the kernel.
    private func firmwareName(_ options: BootOptions) throws(PlatformError) -> String? {
        switch options.firmware {
        case "none":
            if options.kernel.isEmpty {
                throw PlatformError(
                    at: "-bios", "with “none” there is nothing to run", expected: "-kernel FILE, or a firmware")
            }
            return nil
        case "":
            if !options.kernel.isEmpty {
                throw PlatformError(
                    at: "-kernel", "nothing says which firmware starts the kernel",
                    expected: "-bios FILE, such as OpenSBI's fw_dynamic.bin, or “-bios none” to start at the kernel")
            }
            if platform.images.firmware.isEmpty {
                throw PlatformError(
                    at: platform.name, "there is nothing to run",
                    expected: "an image: “tandem run \(platform.name) FILE”, -bios FILE or -kernel FILE")
            }
            let firmware = platform.images.firmware
            // A file is named as seen from the platform's.
            return firmware.hasPrefix(BuiltInImage.prefix)
                ? firmware : PlatformLoader.resolve(firmware, besides: platform.images.firmwareFile)
        default: return options.firmware
        }
    }

    private func chosen(_ options: BootOptions, _ layout: BootLayout) -> DeviceTreeGenerator.Chosen {
        var chosen = DeviceTreeGenerator.Chosen()
        chosen.arguments = options.arguments
        chosen.initialRAMDisk = layout.initialRAMDisk
        // A generator of its own: how many random numbers the modules took must not matter.
        var random = SplitMix64(seed: options.seed)
        for _ in 0..<4 { chosen.randomSeed.append(littleEndian: random.next(), count: 8) }
        return chosen
    }

    /// The device tree of the platform as it is, for a guest with these arguments.
    public func makeDeviceTree(
        _ chosen: DeviceTreeGenerator.Chosen = DeviceTreeGenerator.Chosen()
    ) throws(PlatformError) -> FlattenedDeviceTree {
        var contributions: [(path: String, contributor: any DeviceTreeContributor)] = []
        for planned in plan.modules {
            if let contributor = module(planned.path) as? any DeviceTreeContributor {
                contributions.append((planned.path, contributor))
            }
        }
        var generator = DeviceTreeGenerator(
            plan, board: platform.board, harts: hartFacts.map(\.node), timebase: timebaseFrequency,
            contributions: contributions)
        return try generator.generate(chosen)
    }

    /// The device tree that `dumpdtb` writes: as the guest would see it, without images.
    public func dumpDeviceTree(_ options: BootOptions) throws(PlatformError) -> [UInt8] {
        let (_, range) = try mainMemory()
        var chosen = chosen(options, BootLayout(memory: range))
        chosen.arguments = options.arguments
        return try makeDeviceTree(chosen).encoded()
    }

    private func makeBootROM(_ layout: BootLayout) throws(PlatformError) -> [UInt8] {
        guard let path = plan.bootROM else {
            for hart in hartFacts where hart.resetVector != layout.start {
                throw PlatformError(
                    at: hart.node.path,
                    "the hart starts at \(hexadecimal(hart.resetVector)) and the image at \(hexadecimal(layout.start))",
                    expected: "the same address, or a boot ROM that jumps: board: { bootROM: NAME }")
            }
            return []
        }
        var contents = BootROM(
            start: layout.start, deviceTree: deviceTreeAddress, next: layout.kernelEntry ?? 0, width: layout.width
        ).bytes
        if layout.flash != nil {
            contents += Array(repeating: 0, count: Int(BootROM.deviceTreeOffset) - contents.count) + deviceTree
        }
        guard let rom = module(path) as? Memory, rom.contains(0, count: contents.count) else {
            throw PlatformError(
                at: path, "the boot ROM cannot hold the \(contents.count) bytes of the reset code",
                expected: "a module of type “rom” that is large enough")
        }
        return contents
    }

    /// Puts everything into memory. Fresh memory is zero already, and stays untouched where nothing is loaded.
    private func fillMemory(isFresh: Bool) {
        guard let layout, let (memory, range) = try? mainMemory() else { return }
        let flash = try? flashMemory()
        for piece in layout.pieces {
            let contents = piece.contents ?? UnsafeRawBufferPointer(start: nil, count: 0)
            let place = flash.flatMap { $0.range.contains(piece.address) ? $0 : nil } ?? (memory: memory, range: range)
            let offset = piece.address - place.range.lowerBound
            place.memory.load(contents, at: offset)
            let rest = Int(piece.size) - contents.count
            if !isFresh, rest > 0 {
                place.memory.load([UInt8](repeating: 0, count: rest), at: offset + UInt64(contents.count))
            }
            piece.owner?.rest()
        }
        if range.contains(deviceTreeAddress) { memory.load(deviceTree, at: deviceTreeAddress - range.lowerBound) }
        if let path = plan.bootROM, let rom = module(path) as? Memory { rom.load(bootROMContents, at: 0) }
    }

    // MARK: Running

    /// Runs until the guest ends it, nothing can happen any more, somebody stops it, or `limit` is reached. `debugger` is the
    /// reason also where a device has just left because the guest's software has let go of it.
    public func run(until limit: SimTime = .never) -> RunOutcome {
        while true {
            switch simulation.run(until: limit, starvation: limit == .never ? .exit : .runToLimit) {
            case .timeReached: return RunOutcome(.timeLimit)
            case .starved: return RunOutcome(.starved, code: RunOutcome.hangCode)
            case .paused:
                takeOutDeparting()
                return RunOutcome(.debugger)
            case .stopped(let request):
                if request.reason == .reset, restartsOnReset {
                    restart()
                    continue
                }
                let code = request.reason == .guestHang ? RunOutcome.hangCode : request.code
                return RunOutcome(request.reason, code: code)
            case .failed(let error):
                return RunOutcome(.simulationFailure, code: RunOutcome.hangCode, failure: error)
            }
        }
    }

    /// Runs for a span of simulated time.
    public func run(for span: SimTime) -> RunOutcome { run(until: simulation.scheduler.now.saturatingAdd(span)) }

    /// Restarts the machine as its reset line does: memory keeps what is not loaded again, time goes on.
    public func restart() {
        restartNotice()
        restartCount += 1
        simulation.reset(.warm)
        takeOutDeparting()
        fillMemory(isFresh: false)
    }

    /// Asks a run to end, from any thread.
    public func quit(_ reason: ExitReason = .quit, code: Int32 = 0) {
        simulation.stopHandle.requestStop(StopRequest(reason, code: code))
    }
}

/// How a run ended.
public struct RunOutcome: Equatable, Sendable {
    public var reason: ExitReason
    /// The exit code of the process that goes with it.
    public var code: Int32
    /// The error inside the simulation, if that was the reason.
    public var failure: SimulationError?

    /// The code of a guest that hangs, and of an expectation that failed.
    public static let hangCode: Int32 = 3

    public init(_ reason: ExitReason, code: Int32 = 0, failure: SimulationError? = nil) {
        self.reason = reason
        self.code = code
        self.failure = failure
    }
}
