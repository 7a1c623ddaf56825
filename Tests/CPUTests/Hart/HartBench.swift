import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

/// A board for tests of harts: RAM, a device that remembers, a clock of 10 MHz, and as many harts as wanted.
///
/// A program rests by falling into `rest:`, a loop of WFI that `start` appends.
final class HartBench {
    static let ramStart: UInt64 = 0x8000_0000
    static let ramSize: UInt64 = 0x20_0000
    static let deviceStart: UInt64 = 0x1000_0000
    /// A page of RAM that programs may use as they like.
    static let data: UInt64 = 0x8001_0000
    /// One instruction at 1 GHz.
    static let cycle = SimTime.nanoseconds(1)

    let sim: SimBench
    let ram: Ram
    let device: RecordingTarget
    let clock: TestClock
    let messages: TestMessages?
    let harts: [Hart]
    private(set) var program: GuestProgram
    private let xlen: XLEN

    init(
        _ source: String, harts count: Int = 1, dmi: Bool = true, isa: String? = nil, quantum: SimTime? = nil,
        ramLatency: SimTime = .zero, timing: RegionTiming? = nil, engine: HartEngine? = nil,
        hotThreshold: UInt64? = nil, imsic: Bool = false, router: PropertyValues = [:],
        host: (TranslatorHost) -> Void = { _ in }
    ) throws {
        sim = SimBench(router: router)
        xlen = isa?.hasPrefix("rv32") == true ? .rv32 : .rv64
        ram = try sim.addRam(
            at: Self.ramStart, size: Self.ramSize,
            ["read-latency": .time(ramLatency), "write-latency": .time(ramLatency)], timing: timing)
        device = RecordingTarget(sim.context("device"))
        try sim.map(device.bus, at: Self.deviceStart, size: 0x1000)
        clock = TestClock(sim.context("clock"))
        messages = imsic ? TestMessages(sim.context("imsic")) : nil
        host(sim.simulation.service(TranslatorHost.self))
        if let quantum { sim.simulation.quantum.value = quantum }
        var made: [Hart] = []
        for number in 0..<count {
            var properties: PropertyValues = [
                "reset-vector": .unsigned(Self.ramStart), "hart-id": .unsigned(UInt64(number)), "dmi": .bool(dmi),
                "timebase": .link(ModulePath("clock")),
            ]
            if imsic { properties.set("imsic", .link(ModulePath("imsic"))) }
            if let isa { properties.set("isa", .string(isa)) }
            if let engine { properties.set("engine", .choice(engine.rawValue)) }
            if let hotThreshold { properties.set("hot-threshold", .unsigned(hotThreshold)) }
            let hart = try sim.make(Hart.self, "cpu\(number)", properties)
            hart.bus.bind(to: sim.router.in)
            made.append(hart)
        }
        harts = made
        program = try GuestAssembler.program(source + "\nrest: wfi\nj rest\n", at: Self.ramStart, xlen: xlen)
        ram.load(program.bytes, at: 0)
    }

    var hart: Hart { harts[0] }

    /// Puts more code or data somewhere into RAM.
    func place(_ source: String, at address: UInt64) throws {
        ram.load(try GuestAssembler.assemble(source, at: address, xlen: xlen), at: address - Self.ramStart)
    }

    /// Runs until all harts have come to rest, or for so long at most.
    @discardableResult
    func run(for span: SimTime = .microseconds(100)) -> StopReason { sim.run(for: span) }

    /// Whether every hart waits in `rest`.
    var rests: Bool { harts.allSatisfy { $0.isWaiting && $0.pc == address(of: "rest") + 4 } }

    func address(of symbol: String) -> UInt64 { program.value(of: symbol) ?? 0 }

    /// A register by its ABI name.
    func x(_ name: String, hart number: Int = 0) -> UInt64 {
        guard let index = Self.names.firstIndex(of: name) else { preconditionFailure("no register \(name)") }
        return harts[number].integerRegister(index)
    }

    private static let names = [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
        "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ]

    func word(_ address: UInt64) -> UInt64 {
        ram.bytes(at: address - Self.ramStart, count: 8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func set(_ address: UInt64, _ value: UInt64, bytes: Int = 8) {
        ram.load((0..<bytes).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }, at: address - Self.ramStart)
    }

    /// Adds a module that drives an interrupt input at chosen times.
    @discardableResult
    func drive(_ line: HartLine, hart number: Int = 0, _ changes: [(SimTime, Bool)]) throws -> LineDriver {
        let driver = LineDriver(sim.context("driver-\(line.name)-\(number)"), changes)
        try driver.line.connect(to: harts[number].lineInputs[line.rawValue])
        return driver
    }

    // MARK: Traps

    /// A handler for M that stores cause, value and address of each trap from `log` on (register s11), steps over the
    /// instruction that trapped, and returns. Uses t3 to t6 and s11.
    static let handler = """
        .balign 4
        handler:
            csrr t3, mcause
            sd   t3, 0(s11)
            csrr t3, mtval
            sd   t3, 8(s11)
            csrr t3, mepc
            sd   t3, 16(s11)
            addi s11, s11, 24
            lhu  t4, 0(t3)
            andi t4, t4, 3
            addi t5, t3, 2
            addi t4, t4, -3
            bnez t4, 1f
            addi t5, t3, 4
        1:  csrw mepc, t5
            mret
        """

    static let log: UInt64 = 0x8001_8000

    /// Installs `handler`; code may follow.
    static let installHandler = """
        la   t3, handler
        csrw mtvec, t3
        li   s11, 0x80018000

        """

    struct Trap: Equatable {
        var cause: UInt64
        var value: UInt64
        var pc: UInt64
    }

    /// What the handler has noted.
    var traps: [Trap] {
        let count = (x("s11") - Self.log) / 24
        return (0..<count).map { index in
            let place = Self.log + 24 * index
            return Trap(cause: word(place), value: word(place + 8), pc: word(place + 16))
        }
    }
}

/// Ten million ticks a second, from time 0.
final class TestClock: Module, Timebase {
    var frequency: Frequency { .hertz(10_000_000) }
    func ticks(at time: SimTime) -> UInt64 { time.picoseconds / 100_000 }
    func time(ofTick tick: UInt64) -> SimTime {
        let (product, overflow) = tick.multipliedReportingOverflow(by: 100_000)
        return overflow ? .never : SimTime(picoseconds: product)
    }
    func add(_ observer: any TimebaseObserver) {}
}

/// Drives a line at given times.
final class LineDriver: Module {
    let line: LineOutput
    private var changes: [(time: SimTime, level: Bool)]
    private let step: Event

    init(_ context: ModuleContext, _ changes: [(SimTime, Bool)]) {
        line = LineOutput("line", context)
        step = Event("step", context)
        self.changes = changes.map { (time: $0.0, level: $0.1) }
        super.init(context)
        method("drive", sensitiveTo: [step]) { [unowned self] in self.drive() }
    }

    private func drive() {
        while let next = changes.first, next.time <= now {
            changes.removeFirst()
            line.set(next.level, at: now)
        }
        if let next = changes.first { step.notify(at: next.time) }
    }
}
