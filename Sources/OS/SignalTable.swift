import Glibc
import Synchronization

/// The process's handler of all signals but faults, and who each signal belongs to.
///
/// A signal has one disposition in a process, whoever wants to know of it; this table is the one place that changes it. A
/// signal that no ``SignalFlag`` has claimed restores the terminals and then does what it did before the handler came.
enum SignalTable {
    private struct Slot: ~Copyable {
        /// The address of the claiming cell's state; 0 where there is none.
        let claim = Atomic<UInt>(0)
        let isInstalled = Atomic<Bool>(false)
        var previous = sigaction()
    }

    private static let count = 65

    // SAFETY: never freed; `previous` is written under the lock before the handler that reads it is installed.
    private nonisolated(unsafe) static let slots: UnsafeMutablePointer<Slot> = {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
        for index in 0..<count { (slots + index).initialize(to: Slot()) }
        return slots
    }()

    private static let lock = Mutex<Void>(())

    static func claim(_ signal: Int32, by cell: SignalCell) {
        precondition((1..<Int32(count)).contains(signal), "signals have numbers from 1 to 64")
        let address = UInt(bitPattern: cell.state)
        let result = slots[Int(signal)].claim.compareExchange(
            expected: 0, desired: address, ordering: .acquiringAndReleasing)
        precondition(result.exchanged, "signal \(signal) belongs to another flag")
        install(signal)
    }

    static func release(_ signal: Int32) {
        slots[Int(signal)].claim.store(0, ordering: .releasing)
    }

    /// Makes the handler answer `signal`. Where `isPolite`, a signal that the process was started to ignore (`nohup`) stays
    /// ignored.
    static func install(_ signal: Int32, isPolite: Bool = false) {
        lock.withLock { _ in
            let slot = slots + Int(signal)
            guard !slot.pointee.isInstalled.load(ordering: .acquiring) else { return }
            sigaction(signal, nil, &slot.pointee.previous)
            if isPolite, isIgnored(slot.pointee.previous) { return }
            slot.pointee.isInstalled.store(true, ordering: .releasing)
            answer(signal)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    private static func answer(_ signal: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { SignalTable.handle($0) }
        // Reads and writes go on; whoever waits for the flag polls its descriptor.
        action.sa_flags = SA_RESTART | SA_ONSTACK
        sigemptyset(&action.sa_mask)
        sigaction(signal, &action, nil)
    }

    // MARK: - In the handler: async-signal-safe calls only

    private static func handle(_ signal: Int32) {
        let saved = errno
        defer { errno = saved }
        let slot = slots + Int(signal)
        if let state = UnsafeMutablePointer<SignalCell.State>(
            bitPattern: slot.pointee.claim.load(ordering: .acquiring))
        {
            return SignalCell(state: state).note(signal)
        }
        switch signal {
        case SIGCONT: TerminalModes.enterAll()
        case SIGTSTP: stop()
        default:
            TerminalModes.leaveAll()
            slot.pointee.isInstalled.store(false, ordering: .releasing)
            sigaction(signal, &slot.pointee.previous, nil)
            // Blocked while this handler runs: takes effect when it returns.
            raise(signal)
        }
    }

    /// Stops the process as the signal by default does, with the terminals as they were meanwhile.
    private static func stop() {
        TerminalModes.leaveAll()
        var action = sigaction()
        sigaction(SIGTSTP, &action, nil)
        raise(SIGTSTP)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTSTP)
        // The process stops in this call and continues in it; an orphaned process group does not stop at all.
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        answer(SIGTSTP)
        TerminalModes.enterAll()
    }
}
