public import Synchronization
import TandemOS

/// The part of a simulation that other host threads may touch: mail on its way in, and wishes to stop.
@usableFromInline final class Mailroom: Sendable {
    /// Bytes for one port.
    struct Letter: Sendable {
        let port: Int
        let bytes: [UInt8]
    }

    private struct Box: Sendable {
        var letters: [Letter] = []
        var stop: StopRequest?
    }

    private static let mailFlag: UInt32 = 1
    static let stopFlag: UInt32 = 2
    private static let timeFlag: UInt32 = 4
    private static let pauseFlag: UInt32 = 8
    static let holdFlag: UInt32 = 16

    private let box = Mutex(Box())
    let holding = Mutex(Holding())
    /// What the simulation has to look at; zero most of the time.
    @usableFromInline let attention = Atomic<UInt32>(0)
    /// Sources that may still bring something.
    private let attached = Atomic<Int>(0)
    /// The time that was last shown to the outside, in picoseconds.
    private let shownTime = Atomic<UInt64>(0)
    let isSleeping = Atomic<Bool>(false)
    let bell = Doorbell()
    /// Ends the run, because its own thread wants to hold it.
    // SAFETY: set before another thread knows of the simulation, and called by the thread of the run only.
    nonisolated(unsafe) var refuseOwnHold: (() -> Void)?

    init() {}

    /// One relaxed load: the simulation acts on it at its next drain point, however late it sees it.
    @inline(__always) var needsAttention: Bool { attention.load(ordering: .relaxed) != 0 }
    var hasMail: Bool { attention.load(ordering: .acquiring) & Self.mailFlag != 0 }
    var isStopWanted: Bool { attention.load(ordering: .acquiring) & Self.stopFlag != 0 }
    var hasAttached: Bool { attached.load(ordering: .sequentiallyConsistent) > 0 }

    // MARK: From any thread

    func post(_ letter: Letter) {
        box.withLock { $0.letters.append(letter) }
        raise(Self.mailFlag)
    }

    func requestStop(_ request: StopRequest) {
        box.withLock { $0.stop = $0.stop ?? request }
        raise(Self.stopFlag)
    }

    /// Takes no lock, so that a signal handler may call it.
    func interrupt() { raise(Self.stopFlag) }

    /// The simulated time as it was lately, in picoseconds, and the wish for a newer one: the simulation fulfils it when
    /// it next looks outside, so that time costs nothing while nobody asks.
    func glanceAtTime() -> UInt64 {
        raise(Self.timeFlag)
        return shownTime.load(ordering: .relaxed)
    }

    func requestPause() { raise(Self.pauseFlag) }

    func attach() { attached.add(1, ordering: .sequentiallyConsistent) }

    func detach() {
        attached.subtract(1, ordering: .sequentiallyConsistent)
        // A starved simulation has to see that nobody is left.
        wake()
    }

    func raise(_ flag: UInt32) {
        attention.bitwiseOr(flag, ordering: .sequentiallyConsistent)
        wake()
    }

    func wake() {
        if isSleeping.exchange(false, ordering: .sequentiallyConsistent) { bell.ring() }
    }

    // MARK: From the simulation

    /// Everything that has arrived, in order.
    func takeLetters() -> [Letter] {
        attention.bitwiseAnd(~Self.mailFlag, ordering: .sequentiallyConsistent)
        return box.withLock { box in
            defer { box.letters = [] }
            return box.letters
        }
    }

    /// Shows the time to whoever has asked for it.
    func showTime(_ picoseconds: UInt64) {
        guard attention.load(ordering: .relaxed) & Self.timeFlag != 0 else { return }
        attention.bitwiseAnd(~Self.timeFlag, ordering: .sequentiallyConsistent)
        shownTime.store(picoseconds, ordering: .relaxed)
    }

    /// The wish to stop, if there is one; an interruption without words is one by the user.
    func takeStop() -> StopRequest? {
        guard attention.load(ordering: .acquiring) & Self.stopFlag != 0 else { return nil }
        attention.bitwiseAnd(~Self.stopFlag, ordering: .sequentiallyConsistent)
        return box.withLock { box in
            defer { box.stop = nil }
            return box.stop ?? StopRequest(.interrupted, code: 130)
        }
    }

    /// The wish to pause, if there is one.
    func takePause() -> Bool {
        guard attention.load(ordering: .acquiring) & Self.pauseFlag != 0 else { return false }
        attention.bitwiseAnd(~Self.pauseFlag, ordering: .sequentiallyConsistent)
        return true
    }

    /// Between two runs: blocks until there is mail, a wish to stop, or nobody attached any more. Whoever asks for the time
    /// gets it; who holds the run need not wait, for nothing moves.
    func rest(at picoseconds: UInt64) {
        while true {
            showTime(picoseconds)
            _ = takePause()
            let attention = attention.load(ordering: .sequentiallyConsistent)
            if attention & (Self.mailFlag | Self.stopFlag) != 0 || !hasAttached { return }
            sleep(until: ~Self.holdFlag)
        }
    }

    /// Blocks until one of `flags` is raised or nobody is attached any more.
    func sleep(until flags: UInt32 = .max) {
        while true {
            isSleeping.store(true, ordering: .sequentiallyConsistent)
            if attention.load(ordering: .sequentiallyConsistent) & flags != 0 || !hasAttached {
                // Whoever has already taken the flag down has rung or is about to: that ring must not be left over.
                if !isSleeping.exchange(false, ordering: .sequentiallyConsistent) { bell.wait() }
                return
            }
            bell.wait()
        }
    }
}
