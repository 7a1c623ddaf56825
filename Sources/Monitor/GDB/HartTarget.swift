public import TandemCPU
public import TandemKernel

/// The harts of a machine as a debugger's threads. When one stops the run returns, so that the others and simulated time
/// stand as well, wherever they are.
public final class HartTarget: DebugTarget, HartDebugger {
    public let description: TargetDescription
    /// Through whom the machine stops; a target without one ends the run.
    weak var control: RunControl?
    public let readOnlyMemory: [ClosedRange<UInt64>]
    /// Performs the commands of a monitor.
    var console: ((String) -> String)?
    private let simulation: Simulation
    private let harts: [Hart]
    /// Why the run is about to return, if that is the debugger's business.
    private var stop: DebugStop?
    /// Where each hart last stopped at a breakpoint: going on from there does not stop at it again.
    private var stoppedAt: [UInt64?]

    /// - Parameters:
    ///   - harts: at least one; the first one's registers are those of all.
    ///   - readOnlyMemory: memory that the guest cannot write, by physical addresses.
    public init(_ simulation: Simulation, harts: [Hart], readOnlyMemory: [ClosedRange<UInt64>] = []) {
        precondition(!harts.isEmpty, "a debugger needs a hart")
        self.simulation = simulation
        self.harts = harts
        self.readOnlyMemory = readOnlyMemory.sorted { $0.lowerBound < $1.lowerBound }
        stoppedAt = [UInt64?](repeating: nil, count: harts.count)
        description = Self.describe(harts[0])
        for hart in harts { hart.debugger = self }
    }

    private static func describe(_ hart: Hart) -> TargetDescription {
        let csrs = (UInt16(0)..<4096).compactMap { address in
            CSRAddress.name(of: address).flatMap { hart.csr(address) == nil ? nil : (name: $0, address: address) }
        }
        var integerNames = RegisterNames.integer
        // GDB finds the frame pointer by this name.
        integerNames[8] = "fp"
        return TargetDescription(
            xlen: hart.xlen == .rv32 ? 32 : 64,
            floatBits: hart.extensions.contains(.d) ? 64 : hart.extensions.contains(.f) ? 32 : 0,
            integerNames: integerNames, floatNames: RegisterNames.floatingPoint, csrs: csrs)
    }

    public var threadCount: Int { harts.count }

    public func summary(of thread: Int) -> String { "\(harts[thread].path), \(Self.mode(harts[thread]))" }

    private static func mode(_ hart: Hart) -> String {
        switch hart.privilege {
        case .user: "user mode"
        case .supervisor: "supervisor mode"
        case .machine: "machine mode"
        }
    }

    // MARK: Registers and memory

    public func read(_ register: DebugRegister, of thread: Int) -> UInt64? {
        let hart = harts[thread]
        switch register {
        case .integer(let number): return hart.integerRegister(number)
        case .programCounter: return hart.programCounter
        case .float(let number): return hart.floatRegister(number)
        case .csr(let address): return hart.csr(address)
        case .privilege: return UInt64(hart.privilege.rawValue)
        }
    }

    public func write(_ register: DebugRegister, of thread: Int, _ value: UInt64) -> Bool {
        let hart = harts[thread]
        switch register {
        case .integer(let number): hart.setIntegerRegister(number, value)
        case .programCounter: hart.programCounter = value
        case .float(let number): hart.setFloatRegister(number, value)
        case .csr(let address): return hart.setCSR(address, value)
        case .privilege: return false
        }
        return true
    }

    public func readMemory(_ address: UInt64, count: Int, of thread: Int, physical: Bool) -> [UInt8]? {
        physical
            ? harts[thread].readPhysical(address, count: count) : harts[thread].readVirtual(address, count: count)
    }

    public func writeMemory(_ address: UInt64, _ bytes: [UInt8], of thread: Int, physical: Bool) -> Bool {
        if !readOnlyMemory.isEmpty, reachesReadOnly(address, count: bytes.count, harts[thread], physical) {
            return false
        }
        return physical ? harts[thread].writePhysical(address, bytes) : harts[thread].writeVirtual(address, bytes)
    }

    /// Whether a write would change what the guest itself cannot change.
    private func reachesReadOnly(_ address: UInt64, count: Int, _ hart: Hart, _ isPhysical: Bool) -> Bool {
        var done = 0
        while done < count {
            let place = address &+ UInt64(done)
            let part = min(count - done, 4096 - Int(place & 0xfff))
            if let first = isPhysical ? place : hart.translateForDebugger(place) {
                let last = first &+ UInt64(part - 1)
                if readOnlyMemory.contains(where: { $0.lowerBound <= last && first <= $0.upperBound }) { return true }
            }
            done += part
        }
        return false
    }

    // MARK: Stopping and going on

    public func addBreakpoint(_ address: UInt64) { for hart in harts { hart.addBreakpoint(address) } }

    public func removeBreakpoint(_ address: UInt64) { for hart in harts { hart.removeBreakpoint(address) } }

    /// Lets every hart go on.
    public func release() { resume([DebugAction](repeating: .go, count: harts.count)) }

    public func addWatchpoint(_ watchpoint: HartWatchpoint) { for hart in harts { hart.addWatchpoint(watchpoint) } }

    public func removeWatchpoint(_ watchpoint: HartWatchpoint) {
        for hart in harts { hart.removeWatchpoint(watchpoint) }
    }

    public func resume(_ actions: [DebugAction]) {
        stop = nil
        for (index, action) in actions.enumerated() {
            let hart = harts[index]
            // What it stopped at does not stop it again. Where it stands for another reason, because another one
            // stopped first, that is to be told.
            let hasTold = stoppedAt[index] == hart.programCounter
            switch action {
            case .stay: if !hart.isHalted { hart.halt() }
            case .step: hart.resume(steps: 1, pastWatchpoint: hasTold)
            case .go: hart.resume(pastBreakpoint: hasTold, pastWatchpoint: hasTold)
            }
            if action != .stay { stoppedAt[index] = nil }
        }
    }

    public func interrupt() {
        stop = stop ?? .interrupt
        pause()
    }

    /// Has the run return. Between two runs there is nothing to stop.
    private func pause() {
        guard simulation.scheduler.isActive else { return }
        if let control { control.stop(.debug) } else { simulation.scheduler.pause() }
    }

    public func hartStopped(_ hart: Hart, _ reason: HartStop) {
        guard let thread = harts.firstIndex(where: { $0 === hart }) else { return }
        switch reason {
        case .breakpoint(let address):
            stoppedAt[thread] = address
            stop = .breakpoint(thread: thread, address: address)
        case .step: stop = .step(thread: thread)
        case .watchpoint(let address, let kind):
            stoppedAt[thread] = hart.programCounter
            stop = .watchpoint(thread: thread, address: address, kind)
        }
        pause()
    }

    public func reset() {
        stoppedAt = [UInt64?](repeating: nil, count: harts.count)
        control?.reset()
    }

    /// Why the run has returned.
    func takeStop() -> DebugStop? {
        defer { stop = nil }
        return stop
    }

    // MARK: Commands

    public func perform(_ command: String) -> String? { console?(command) }
}
