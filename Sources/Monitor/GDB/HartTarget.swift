public import TandemCPU
public import TandemKernel

/// The harts of a machine as a debugger's threads. It stops them all when one stops, and has the run return, so that
/// simulated time stands as well.
public final class HartTarget: DebugTarget, HartDebugger {
    public let description: TargetDescription
    /// Through whom the machine stops; a target without one ends the run.
    weak var control: RunControl?
    private let simulation: Simulation
    private let harts: [Hart]
    /// Why the run is about to return, if that is the debugger's business.
    private var stop: DebugStop?
    /// Where each hart last stopped at a breakpoint: going on from there does not stop at it again.
    private var stoppedAt: [UInt64?]

    /// - Parameter harts: at least one; the first one's registers are those of all.
    public init(_ simulation: Simulation, harts: [Hart]) {
        precondition(!harts.isEmpty, "a debugger needs a hart")
        self.simulation = simulation
        self.harts = harts
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

    public func readMemory(_ address: UInt64, count: Int, of thread: Int) -> [UInt8]? {
        harts[thread].readVirtual(address, count: count)
    }

    public func writeMemory(_ address: UInt64, _ bytes: [UInt8], of thread: Int) -> Bool {
        harts[thread].writeVirtual(address, bytes)
    }

    // MARK: Stopping and going on

    public func addBreakpoint(_ address: UInt64) { for hart in harts { hart.addBreakpoint(address) } }

    public func removeBreakpoint(_ address: UInt64) { for hart in harts { hart.removeBreakpoint(address) } }

    /// Has every hart rest at its next instruction.
    public func halt() { for hart in harts { hart.halt() } }

    /// Lets every hart go on.
    public func release() { resume([DebugAction](repeating: .go, count: harts.count)) }

    public func resume(_ actions: [DebugAction]) {
        stop = nil
        for (index, action) in actions.enumerated() {
            let hart = harts[index]
            switch action {
            case .stay: hart.halt()
            case .step: hart.resume(steps: 1)
            // A breakpoint at which it stands without having told so, because another stopped first, does count.
            case .go: hart.resume(pastBreakpoint: stoppedAt[index] == hart.programCounter)
            }
            stoppedAt[index] = nil
        }
    }

    public func interrupt() {
        halt()
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
        halt()
        switch reason {
        case .breakpoint(let address):
            stoppedAt[thread] = address
            stop = stop ?? .breakpoint(thread: thread, address: address)
        case .step: stop = stop ?? .step(thread: thread)
        }
        pause()
    }

    /// Why the run has returned.
    func takeStop() -> DebugStop? {
        defer { stop = nil }
        return stop
    }

    // MARK: Commands

    public func perform(_ command: String) -> String? {
        switch command {
        case "help": return "help\ninfo registers\ninfo time\n"
        case "info time": return "\(simulation.scheduler.now)\n"
        case "info registers": return harts.map(registers).joined(separator: "\n")
        default: return nil
        }
    }

    private func registers(of hart: Hart) -> String {
        let width = hart.xlen == .rv32 ? 8 : 16
        func digits(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        var text = "\(hart.path): \(Self.mode(hart)), \(hart.instructionsRetired) instructions retired\n"
        text += " pc   \(digits(hart.programCounter))\n"
        for number in 0..<32 {
            let name = RegisterNames.integer[number]
            text +=
                " \(name)\(String(repeating: " ", count: 4 - name.utf8.count)) \(digits(hart.integerRegister(number)))"
            if number % 4 == 3 { text += "\n" }
        }
        return text
    }
}
