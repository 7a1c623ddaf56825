/// What only processes need that were spawned while the simulation ran, or are controlled: made when first needed.
final class ProcessDetails {
    /// The process that spawned this one; nothing for one of the elaboration, and once the spawner has ended.
    unowned(unsafe) var parent: Process?
    // The processes that this one spawned and that have not ended, in order: linked, because each may end at any time.
    unowned(unsafe) var firstChild: Process?
    unowned(unsafe) var lastChild: Process?
    unowned(unsafe) var nextSibling: Process?
    unowned(unsafe) var previousSibling: Process?

    /// Where it stands in the scheduler's list of spawned processes; nothing for one of the elaboration.
    var slot: Int?
    /// Numbers the spawned processes.
    var serial: UInt64 = 0

    /// The path of the module, once the process has given its memory back.
    var formerPlace = ""

    /// Fires when the process ends; made when somebody asks for it.
    var terminated: Event?
    /// What the next wait throws while the process is interrupted, or has thrown while it unwinds.
    var cause = ProcessKilled.Cause.killed
    /// How many waits it has begun while it unwinds.
    var refusedWaits = 0
    /// `holdInReset` is in force.
    var isHeldByCall = false
    /// Conditions that reset the process.
    var resetSignals: [() -> Bool] = []
    /// The methods that watch them.
    var resetWatches: [Process] = []
}
