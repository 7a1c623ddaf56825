import Glibc
import Synchronization

/// A signal of the host.
public struct Signal: RawRepresentable, Hashable, Sendable {
    /// The number as `signal.h` has it.
    public let rawValue: Int32

    /// The signal of that number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The interrupt key, usually Ctrl-C.
    public static let interrupt = Signal(rawValue: SIGINT)
    /// The polite request to end.
    public static let terminate = Signal(rawValue: SIGTERM)
    /// The terminal is gone.
    public static let hangUp = Signal(rawValue: SIGHUP)
    /// The quit key, usually Ctrl-\.
    public static let quit = Signal(rawValue: SIGQUIT)
    /// A write to a pipe or socket without reader.
    public static let brokenPipe = Signal(rawValue: SIGPIPE)
    /// The terminal has another size.
    public static let windowChanged = Signal(rawValue: SIGWINCH)
    /// Free for the program's use.
    public static let user1 = Signal(rawValue: SIGUSR1)
    /// Free for the program's use.
    public static let user2 = Signal(rawValue: SIGUSR2)

    /// Lets the signal pass unnoticed from now on. For ``brokenPipe``, writes then fail with `EPIPE` instead.
    public func ignore() { _ = Glibc.signal(rawValue, SIG_IGN) }

    /// Sends the signal to the calling thread.
    public func raise() { _ = Glibc.raise(rawValue) }
}

/// Notes that signals came, for whoever asks or polls.
///
/// While the flag exists, its signals do nothing but raise it. A signal can belong to one flag of the process.
public final class SignalFlag: Sendable {
    private let cell: SignalCell
    private let signals: [Signal]

    /// A flag that is raised by each of `signals`, of which none may belong to another flag.
    public init(_ signals: [Signal]) throws(OSError) {
        cell = try SignalCell.take()
        self.signals = signals
        for signal in signals { SignalTable.claim(signal.rawValue, by: cell) }
    }

    deinit {
        for signal in signals { SignalTable.release(signal.rawValue) }
        cell.giveBack()
    }

    /// How often the signals came.
    public var count: Int { cell.state.pointee.count.load(ordering: .acquiring) }

    /// The signal that came last; nil where none did.
    public var last: Signal? {
        let number = cell.state.pointee.last.load(ordering: .acquiring)
        return number == 0 ? nil : Signal(rawValue: number)
    }

    /// A descriptor that is readable from the first signal on, for ``Poll``. It is not to be read.
    public var descriptor: Int32 { cell.state.pointee.readable }

    /// Forgets the signals that came. One that comes during the call may be forgotten too: whoever wants to know what has
    /// changed looks after it.
    public func clear() { cell.clear() }
}

/// What the handler writes to: counters and a pipe. Cells are never freed, because a handler may just be looking at one;
/// they are used again.
struct SignalCell: Sendable {
    struct State: ~Copyable {
        let count = Atomic<Int>(0)
        let last = Atomic<Int32>(0)
        let readable: Int32
        let writable: Int32
    }

    // SAFETY: never freed; the changing fields are atomic.
    nonisolated(unsafe) let state: UnsafeMutablePointer<State>

    private static let spare = Mutex<[SignalCell]>([])

    static func take() throws(OSError) -> SignalCell {
        if let cell = spare.withLock({ $0.popLast() }) { return cell }
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0 else { throw OSError("pipe") }
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        state.initialize(to: State(readable: ends[0], writable: ends[1]))
        return SignalCell(state: state)
    }

    /// The pipe before the count: a signal in between writes no byte, and the next one does.
    func clear() {
        var byte: UInt8 = 0
        while read(state.pointee.readable, &byte, 1) == 1 {}
        state.pointee.count.store(0, ordering: .releasing)
        state.pointee.last.store(0, ordering: .releasing)
    }

    func giveBack() {
        clear()
        Self.spare.withLock { $0.append(self) }
    }

    /// Async-signal-safe.
    func note(_ signal: Int32) {
        state.pointee.last.store(signal, ordering: .releasing)
        // One byte makes the pipe readable for good; more would only fill it.
        if state.pointee.count.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue == 0 {
            var byte: UInt8 = 1
            _ = write(state.pointee.writable, &byte, 1)
        }
    }
}
