import TandemOS

/// A thread that has the run return in the middle of an evaluation phase, and goes on from there in the next one.
///
/// A pause lets the delta cycle come to its end first, so whoever wants it has to wait somewhere. An initiator that
/// stops between two instructions of its slice must not: that wait would end the slice, and the others would run in
/// another order than without the stop.
struct HeldPass {
    /// The thread that stands; it is the first to run.
    let thread: ProcessPointer
    var passThreads: RunnableList
    var methods: RunnableList
    var threads: RunnableList
}

extension Scheduler {
    /// Called on the thread's own stack. The run returns `.paused` at once; the next one begins with this thread.
    func stand(_ process: ProcessPointer) -> WaitOutcome {
        if isForeign(process) { return refuseForeignWait(process) }
        core.pointee.hold(process)
        process.pointee.coroutine?._withUnsafeGuaranteedRef { $0.suspend() }
        if !process.pointee.condition.isEmpty, takesInterruption(process) { return .killed }
        return .passed
    }

    /// Goes on with the pass in which a thread stands.
    func resumeStanding() {
        guard core.pointee.takeUpHeld() else { return }
        core.pointee.phase = .evaluate
        while let process = core.pointee.passThreads.popFirst() { runThread(process) }
    }

    /// The path of the thread that stands, if one does.
    var standingPath: String? { core.pointee.heldPass.map { path(of: $0.thread) } }
}

extension SchedulerCore {
    /// Puts aside all that is runnable, so that the run finds nothing to do.
    mutating func hold(_ process: ProcessPointer) {
        heldPass = HeldPass(thread: process, passThreads: passThreads, methods: methods, threads: threads)
        process.pointee.isRunnable = true
        passThreads.removeAll()
        methods.removeAll()
        threads.removeAll()
        // The delta cycle is not over, and does not count yet.
        evaluated = false
        current = nil
        if control == .none || control == .pause { control = .stand }
    }

    /// Takes up what was put aside; what has become runnable meanwhile comes behind it. False if nobody stands.
    mutating func takeUpHeld() -> Bool {
        guard let held = heldPass else { return false }
        heldPass = nil
        evaluated = true
        passThreads.removeAll()
        if held.thread.pointee.isRunnable { passThreads.append(held.thread) }
        held.passThreads.moveAll(to: &passThreads)
        let (fresh, freshThreads) = (methods, threads)
        (methods, threads) = (held.methods, held.threads)
        fresh.moveAll(to: &methods)
        freshThreads.moveAll(to: &threads)
        return true
    }

    /// Takes a process out of what was put aside.
    mutating func removeHeld(_ process: ProcessPointer) {
        guard heldPass != nil else { return }
        // The one that stands is marked as not runnable, and passed over.
        if heldPass?.passThreads.remove(process) == true || heldPass?.methods.remove(process) == true { return }
        _ = heldPass?.threads.remove(process)
    }

    /// Nothing that was put aside runs any more.
    mutating func dropHeld() {
        guard takeUpHeld() else { return }
        evaluated = false
    }
}

extension RunnableList {
    /// Appends all of it to another list. This list is not to be used any longer.
    func moveAll(to other: inout RunnableList) {
        var rest = self
        while let process = rest.popFirst() { other.append(process) }
    }
}
