import TandemCPU

/// One debugger at work on a guest: takes bytes, acts on the target, yields bytes. All-stop: when one thread stops, all
/// stand, and nothing but an interruption or the end of the session is heard while the guest runs.
///
/// Input and output are the business of the one who holds it. Threads are numbered from 1 on the wire, for 0 means any.
public struct RSPSession {
    public enum State: Equatable, Sendable {
        case stopped
        case running
        /// The debugger has left the guest to itself.
        case detached
        /// The debugger wants the guest to end.
        case killed
    }

    /// The errors that are answered (`E` and two digits). GDB shows the number and nothing else; where errno.h has one
    /// of the same meaning it is taken.
    enum Failure: UInt8 {
        case noSuchThread = 0x03
        case noSuchMemory = 0x0e
        case guestRuns = 0x10
        case malformed = 0x16
        case tooManyBreakpoints = 0x1c
        case noSuchRegister = 0x06
        case oversized = 0x5a
    }

    /// The most breakpoints at a time.
    static let breakpointLimit = 1024
    /// The most bytes of memory in an answer: two digits each.
    static let memoryLimit = RSPCodec.largestBody / 2 - 16

    enum BreakpointKind: Equatable { case software, hardware }

    public internal(set) var state = State.stopped
    let target: any DebugTarget
    private var codec = RSPCodec()
    private var output: [UInt8] = []
    /// The last packet that was sent, for a peer that did not get it.
    private var lastPacket: [UInt8] = []
    private var resends = false
    /// Whether packets are answered with `+` and `-`.
    var acknowledges = true
    var understandsSoftwareStops = false
    var understandsHardwareStops = false
    /// Whose registers and memory are meant (`Hg`).
    var generalThread = 0
    /// Who is meant by `c` and `s` (`Hc`); nil for all, or for the general thread in the case of a step.
    var resumedThread: Int?
    /// How the guest came to stand, as the answer to `?`.
    private var lastStop: [UInt8]
    var breakpoints: [(kind: BreakpointKind, address: UInt64)] = []
    var watchpoints: [HartWatchpoint] = []
    /// Memory is read and written by physical addresses.
    var usesPhysicalMemory = false
    /// The next thread that a list will name.
    var listedThread = 0

    /// A session with a guest that stands.
    public init(_ target: any DebugTarget) {
        self.target = target
        lastStop = Array("T05thread:1;".utf8)
    }

    // MARK: Bytes

    /// Takes bytes from the debugger.
    public mutating func receive(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard let item = codec.take(byte) else { continue }
            if state == .detached || state == .killed { return }
            handle(item)
        }
        // Once for all that was asked for: otherwise one byte could ask for a whole packet.
        if resends { output += lastPacket }
        resends = false
    }

    /// What has to be sent to the debugger.
    public mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    private mutating func handle(_ item: RSPCodec.Item) {
        switch item {
        case .acknowledgement: break
        case .rejection: resends = acknowledges
        case .interrupt:
            if state == .running { target.interrupt() }
        case .damaged:
            if acknowledges { output.append(UInt8(ascii: "-")) } else { send(failure: .malformed) }
        case .oversized:
            acknowledge()
            send(failure: .oversized)
        case .packet(let body):
            acknowledge()
            answer(body)
        }
    }

    private mutating func acknowledge() { if acknowledges { output.append(UInt8(ascii: "+")) } }

    mutating func send(_ body: [UInt8]) {
        lastPacket = RSPCodec.packet(body)
        output += lastPacket
    }

    mutating func send(_ text: String) { send(Array(text.utf8)) }
    mutating func send(failure: Failure) { send([UInt8(ascii: "E")] + Hexadecimal.digits(of: failure.rawValue)) }

    // MARK: The guest's side

    /// The guest has come to stand. Tells the debugger, who waits for it.
    public mutating func guestStopped(_ stop: DebugStop) {
        guard state == .running else { return }
        state = .stopped
        var text: String
        switch stop {
        case .interrupt: text = "T02thread:\(String(generalThread + 1, radix: 16));"
        case .step(let thread):
            generalThread = thread
            text = "T05thread:\(String(thread + 1, radix: 16));"
        case .watchpoint(let thread, let address, let kind):
            generalThread = thread
            let word =
                switch kind {
                case .write: "watch"
                case .read: "rwatch"
                case .access: "awatch"
                }
            text = "T05\(word):\(String(address, radix: 16));thread:\(String(thread + 1, radix: 16));"
        case .breakpoint(let thread, let address):
            generalThread = thread
            text = "T05"
            let kind = breakpoints.first { $0.address == address }?.kind
            if kind == .software && understandsSoftwareStops { text += "swbreak:;" }
            if kind == .hardware && understandsHardwareStops { text += "hwbreak:;" }
            text += "thread:\(String(thread + 1, radix: 16));"
        }
        lastStop = Array(text.utf8)
        send(lastStop)
    }

    /// Somebody else has let the guest go on. When it stops, the debugger is told, who may not listen.
    public mutating func guestResumed() { if state == .stopped { state = .running } }

    /// The guest has ended with an exit code.
    public mutating func guestExited(code: Int32) {
        guard state == .running || state == .stopped else { return }
        let text = [UInt8(ascii: "W")] + Hexadecimal.digits(of: UInt8(truncatingIfNeeded: code))
        lastStop = text
        if state == .running { send(text) }
        state = .detached
    }

    private mutating func restart() {
        target.reset()
        generalThread = 0
        lastStop = Array("T05thread:1;".utf8)
    }

    /// Takes everything back that the session has done to the guest, except for what it has written.
    public mutating func end() {
        for breakpoint in breakpoints { target.removeBreakpoint(breakpoint.address) }
        breakpoints = []
        for watchpoint in watchpoints { target.removeWatchpoint(watchpoint) }
        watchpoints = []
    }

    // MARK: Packets

    private mutating func answer(_ body: [UInt8]) {
        var packet = PacketReader(body)
        if body == [UInt8(ascii: "k")] || packet.skip("vKill") {
            if body.count > 1 { send("OK") }
            state = .killed
            return
        }
        guard state == .stopped else { return send(failure: .guestRuns) }
        guard let letter = body.first else { return send("") }
        switch Unicode.Scalar(letter) {
        case "?": send(lastStop)
        case "D":
            end()
            send("OK")
            state = .detached
        case "H": selectThread(&packet)
        case "T": probeThread(&packet)
        case "g": readGeneralRegisters()
        case "G": writeGeneralRegisters(&packet)
        case "p": readRegister(&packet)
        case "P": writeRegister(&packet)
        case "m": readMemory(&packet)
        case "M": writeMemory(&packet, isBinary: false)
        case "X": writeMemory(&packet, isBinary: true)
        case "Z": changeBreakpoint(&packet, isInserted: true)
        case "z": changeBreakpoint(&packet, isInserted: false)
        case "c", "C", "s", "S": resume(&packet)
        // After the guest's end the connection stays: it is one anyway.
        case "!": send("OK")
        // Has no answer.
        case "R": restart()
        case "v": answerNamed(&packet)
        case "q", "Q": answerQuery(&packet)
        // An empty answer says that a packet is not known.
        default: send("")
        }
    }
}
