import Synchronization
import TandemOS

/// Holding a run from other host threads: it stands between two delta cycles, with everything that it holds as it is,
/// until nobody holds it any longer.
extension Mailroom {
    /// Who holds the run, and who waits for it to stand.
    struct Holding: Sendable {
        var holders = 0
        var isRunning = false
        /// The thread of the last run, and how many pauses it was refused that it has not taken back.
        var runner: UInt = 0
        var refused = 0
        var isStanding = false
        var waiting: [Doorbell] = []

        /// Lets everybody go on who waits for the run to stand.
        mutating func answer() {
            for bell in waiting { bell.ring() }
            waiting = []
        }
    }

    // MARK: From any thread but the simulation's

    /// Returns when the run stands, at once if there is none. On the thread of the run, which would wait for itself, it
    /// ends the run with an error.
    func hold() {
        let isOwn = holding.withLock { holding in
            guard holding.isRunning, holding.runner == HostThread.currentIdentifier else { return false }
            holding.refused += 1
            return true
        }
        if isOwn {
            refuseOwnHold?()
            return
        }
        let bell = Doorbell()
        let mustWait = holding.withLock { holding in
            holding.holders += 1
            guard holding.isRunning, !holding.isStanding else { return false }
            holding.waiting.append(bell)
            return true
        }
        raise(Self.holdFlag)
        if mustWait { bell.wait() }
    }

    /// Takes back one `hold`.
    func release() {
        let isFree = holding.withLock { holding in
            if holding.refused > 0, holding.runner == HostThread.currentIdentifier {
                holding.refused -= 1
                return false
            }
            precondition(holding.holders > 0, "A simulation is resumed as often as it was paused, and not more.")
            holding.holders -= 1
            return holding.holders == 0
        }
        if isFree { wake() }
    }

    /// Whether somebody holds the run now.
    var isHeld: Bool { holding.withLock { $0.holders > 0 } }

    // MARK: From the simulation

    func beginRun() {
        holding.withLock { holding in
            holding.isRunning = true
            holding.runner = HostThread.currentIdentifier
        }
    }

    /// Whoever waits for the run to stand need wait no longer.
    func endRun() {
        holding.withLock { holding in
            holding.isRunning = false
            holding.answer()
        }
    }

    /// Whether somebody wants the run to stand or has wanted it until just now.
    var isHoldRaised: Bool { attention.load(ordering: .acquiring) & Self.holdFlag != 0 }

    /// Stands as long as somebody holds the run and nobody wishes it to end. `announce` is told when it begins to stand,
    /// before anybody who waits for that goes on, and when it goes on.
    func stand(at picoseconds: UInt64, announce: (Bool) -> Void) {
        var isAnnounced = false
        while true {
            showTime(picoseconds)
            let mustStand = holding.withLock { holding in
                if holding.holders == 0 {
                    attention.bitwiseAnd(~Self.holdFlag, ordering: .sequentiallyConsistent)
                    holding.isStanding = false
                    return false
                }
                if isAnnounced {
                    holding.isStanding = true
                    holding.answer()
                }
                return true
            }
            if !mustStand { break }
            if !isAnnounced {
                isAnnounced = true
                announce(true)
                continue
            }
            if isStopRaised {
                holding.withLock { $0.isStanding = false }
                break
            }
            isSleeping.store(true, ordering: .sequentiallyConsistent)
            if isStopRaised || !isHeld {
                // As in `sleep`: a ring that is on its way must not be left over.
                if !isSleeping.exchange(false, ordering: .sequentiallyConsistent) { bell.wait() }
            } else {
                bell.wait()
            }
        }
        if isAnnounced { announce(false) }
    }

    private var isStopRaised: Bool { attention.load(ordering: .sequentiallyConsistent) & Self.stopFlag != 0 }
}
