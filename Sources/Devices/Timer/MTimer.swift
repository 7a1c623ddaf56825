public import TandemBus
public import TandemKernel

/// Machine timer of harts, and the platform's time base: the shell around `MTimerCore`.
///
/// A timer interrupt rises at the first instant at which `mtime` is at least `mtimecmp`, not at a tick of some poll:
/// one event for each hart stands at that instant.
public final class MTimer: Module, CatalogModule, BusTarget, Timebase {
    public static let harts = Property<Int>("harts", default: 1, range: 1...4095, "How many harts have a comparator.")
    public static let rate = Property<Frequency>(
        "frequency", default: .megahertz(10), range: .hertz(1)...Frequency.gigahertz(1000), "Ticks of mtime per second."
    )

    public static let declaration = ModuleDeclaration(
        "aclint-mtimer", category: "timer", summary: "Machine timer and time base (RISC-V ACLINT MTIMER)",
        properties: [harts.erased, rate.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 64 bits wide; each half can be accessed alone."),
            PortDeclaration("mtip", .lineOut, count: 1, "Machine timer interrupt of each hart (MTIP)."),
        ],
        registers: MTimerCore.registers.declarations, interfaces: [.timebase],
        documentation: """
            RISC-V Advanced Core Local Interruptor specification 1.0-rc4, chapter 2, with `mtimecmp` at 0 and `mtime` \
            at 0x7ff8. Time is simulated time: `mtime` counts from 0 at a reset and can be written. `mtimecmp` is all \
            ones after a reset, which the specification leaves open. Comparators of harts beyond `harts` read zero \
            and ignore writes. An access takes no time of its own. Linked as the `timebase` of harts, it is what \
            their `time` CSR reads.
            """)

    public let frequency: Frequency
    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let lines: [LineOutput]
    private let deadlines: [Event]
    /// The line and the deadline of each hart: reached without counting references.
    // SAFETY: `lines` and `deadlines` keep them.
    private let comparators: [(line: Unmanaged<LineOutput>, deadline: Unmanaged<Event>)]
    private let wrap: Event
    private let registers = RegisterBlock(MTimerCore.registers)
    /// Picoseconds of a tick where that is a whole number, else 0: then a division of 128 bits is needed.
    private let tickLength: UInt64
    private let storage: CoreStorage<MTimerCore>

    private var core: MTimerCore {
        @inline(__always) _read { yield storage.core }
        @inline(__always) _modify { yield &storage.core }
    }
    /// The tick that was computed last: accesses come many to a tick, and a division is slow.
    private let lastTick: CoreStorage<(start: UInt64, cycle: UInt64)>
    private var observers: [WeakTimebaseObserver] = []

    public override init(_ context: ModuleContext) {
        let count = context[Self.harts]
        frequency = context[Self.rate]
        tickLength = frequency.exactPeriod?.picoseconds ?? 0
        bus = TargetSocket("bus", context)
        lines = (0..<count).map { LineOutput("mtip\($0)", context) }
        deadlines = (0..<count).map { Event("deadline\($0)", context) }
        comparators = zip(lines, deadlines).map { (.passUnretained($0), .passUnretained($1)) }
        wrap = Event("wrap", context)
        storage = CoreStorage(MTimerCore(hartCount: count))
        lastTick = CoreStorage((start: 0, cycle: 0))
        super.init(context)
        bus.serve(self)
        // SAFETY: the processes belong to this module and end with it.
        for hart in 0..<count {
            method("compare\(hart)", sensitiveTo: [deadlines[hart]], initialize: false) { [unowned(unsafe) self] in
                core.cycles = cycles(at: now)
                update(hart, at: now)
            }
        }
        method("wrapAround", sensitiveTo: [wrap], initialize: false) { [unowned(unsafe) self] in
            core.cycles = cycles(at: now)
            core.rebase()
            timeChanged(at: now)
        }
    }

    // MARK: Time

    private func cycles(at time: SimTime) -> UInt64 {
        guard tickLength != 0 else { return frequency.cycles(at: time) }
        let last = lastTick.core
        // Wrapping: a time before the tick is far beyond it.
        if time.picoseconds &- last.start < tickLength { return last.cycle }
        let cycle = time.picoseconds / tickLength
        lastTick.core = (start: cycle &* tickLength, cycle: cycle)
        return cycle
    }

    public func ticks(at time: SimTime) -> UInt64 { core.time(atCycle: cycles(at: time)) }

    public func time(ofTick tick: UInt64) -> SimTime {
        guard let cycle = core.cycle(ofTime: tick) else { return .never }
        return frequency.time(ofCycle: cycle)
    }

    public func add(_ observer: any TimebaseObserver) { observers.append(WeakTimebaseObserver(observer: observer)) }

    /// Brings the line of a hart, and the event at which it will change, in accord with the registers.
    private func update(_ hart: Int, at time: SimTime) {
        let isDue = core.isDue(hart)
        let (line, deadline) = comparators[hart]
        line._withUnsafeGuaranteedRef { $0.set(isDue, at: time) }
        deadline._withUnsafeGuaranteedRef { $0.cancel() }
        guard !isDue, let cycle = core.cycle(ofTime: core.compares[hart]) else { return }
        let due = frequency.time(ofCycle: cycle)
        deadline._withUnsafeGuaranteedRef { $0.notify(at: due) }
    }

    /// `mtime` was written or has wrapped: everything that was computed from it is void.
    private func timeChanged(at time: SimTime) {
        wrap.cancel()
        if let cycle = core.wrapCycle { wrap.notify(at: frequency.time(ofCycle: cycle)) }
        for hart in 0..<lines.count { update(hart, at: time) }
        for entry in observers { entry.observer?.timebaseChanged(self) }
    }

    // MARK: Accesses

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        let time = now + delay
        core.cycles = cycles(at: time)
        guard transaction.command == .write else { return registers.transport(&transaction, core: &core) }
        let (originCycle, originTime) = (core.originCycle, core.originTime)
        registers.transport(&transaction, core: &core)
        if core.originCycle != originCycle || core.originTime != originTime {
            timeChanged(at: time)
        } else if transaction.response == .ok, transaction.address < UInt64(lines.count) * 8 {
            update(Int(transaction.address / 8), at: time)
        }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        var peek = core
        peek.cycles = cycles(at: now)
        return registers.debugTransport(&transaction, core: peek)
    }

    public func directRead(at offset: UInt64, count: Int) -> DirectRead? {
        guard let place = registers.place(at: offset, count: count), place.register == .time else { return nil }
        return DirectRead(self, argument: place.shift) { context, shift, delay in
            Unmanaged<MTimer>.fromOpaque(context)._withUnsafeGuaranteedRef { timer in
                let cycles = timer.cycles(at: timer.now + SimTime(picoseconds: delay))
                timer.core.cycles = cycles
                return timer.core.time(atCycle: cycles) &>> shift
            }
        }
    }

    // MARK: Reset and snapshot

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core = MTimerCore(hartCount: lines.count, cycles: cycles(at: now))
        case .hold: for line in lines { line.set(false, at: now) }
        case .exit: timeChanged(at: now)
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(core, lines: lines)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<MTimerCore>.self, at: path)
        guard state.core.compares.count == lines.count else {
            throw .mismatch(at: path, "harts", saved: state.core.compares.count, here: lines.count)
        }
        try state.restore(lines, of: path)
        core = state.core
        for entry in observers { entry.observer?.timebaseChanged(self) }
    }
}

private struct WeakTimebaseObserver {
    weak var observer: (any TimebaseObserver)?
}

extension MTimer: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        // mtime first, then mtimecmp, as the binding of the ACLINT draft and OpenSBI have it.
        let compares = MTimerCore.registers[.compare]
        let windows = [
            RegisterWindow(offset: MTimerCore.registers[.time].offset, size: 8),
            RegisterWindow(offset: compares.offset, size: UInt64(compares.count) * compares.stride),
        ]
        return DeviceTreeContribution(
            node: DeviceTreeNode(
                "mtimer", compatible: ["riscv,aclint-mtimer"],
                properties: [
                    DeviceTreeProperty("reg", .registers(windows)),
                    DeviceTreeProperty("interrupts-extended", .interruptsExtended(lines.map(\.name))),
                ]))
    }
}
