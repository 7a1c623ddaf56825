/// What others may do to a process (IEEE 1666-2023 §5.6.6; `docs/design/processes.md` has a table). Each call does the
/// same to the descendants first, if they are `included`: to the processes that this one has spawned, and theirs.
///
/// On a process that has terminated every call does nothing. Calls that make a process run (`kill`, `reset`,
/// `interrupt`) do so at once, before they return; they throw where they concern their caller. A call in a place where
/// it is illegal ends the run with an error that names the process.
extension Process {
    /// Whether a control call also goes to the processes that a process has spawned.
    public enum Descendants: Sendable {
        case excluded, included
    }

    /// From now on a trigger is remembered and does not make the process run. A process that suspends itself stops
    /// here, if it is a thread, and runs to its end, if it is a method.
    public func suspend(_ descendants: Descendants = .excluded) throws(ProcessKilled) {
        if descendants == .included { for process in self.descendants { try scheduler.suspend(process) } }
        try scheduler.suspend(self)
    }

    /// Ends `suspend`. If a trigger was remembered, or the process has suspended itself, it becomes runnable in the
    /// present evaluation phase.
    public func resume(_ descendants: Descendants = .excluded) {
        if descendants == .included { for process in self.descendants { scheduler.resume(process) } }
        scheduler.resume(self)
    }

    /// From now on triggers are lost, and whatever the process waits for, it still waits for when it is enabled. A
    /// time-out that passes meanwhile is lost as well. If the process runs or is runnable, it goes on to its next wait.
    public func disable(_ descendants: Descendants = .excluded) {
        if descendants == .included { for process in self.descendants { scheduler.disable(process) } }
        scheduler.disable(self)
    }

    /// Ends `disable`. The process runs at its next trigger.
    public func enable(_ descendants: Descendants = .excluded) {
        if descendants == .included { for process in self.descendants { scheduler.enable(process) } }
        scheduler.enable(self)
    }

    /// Ends the process: its wait throws, its locals are released, its `terminated` event fires; then this call returns.
    /// Not before the simulation has started. A method that kills itself is not run again.
    public func kill(_ descendants: Descendants = .excluded) throws(ProcessKilled) {
        if descendants == .included { for process in self.descendants { try scheduler.kill(process) } }
        try scheduler.kill(self)
    }

    /// Begins the process anew: its wait throws, its locals are released, its body runs up to its first wait; then this
    /// call returns. A method forgets its next trigger and runs once. Not before the simulation has started.
    public func reset(_ descendants: Descendants = .excluded) throws(ProcessKilled) {
        if descendants == .included { for process in self.descendants { try scheduler.reset(process) } }
        try scheduler.reset(self)
    }

    /// Makes the wait that the thread stands in throw `error`, as the cause of a `ProcessKilled`; the thread may catch it
    /// and go on up to its next wait; then this call returns. If it lets the error pass, the run fails. A thread that
    /// has not begun ignores it, with a warning. Methods have no stack to throw it out of: an error.
    public func interrupt(with error: any Error, _ descendants: Descendants = .excluded) throws(ProcessKilled) {
        if descendants == .included {
            for process in self.descendants where process.kind == .thread {
                try scheduler.interrupt(process, with: error)
            }
        }
        try scheduler.interrupt(self, with: error)
    }

    /// From now on the thread begins anew each time that it is woken, until `releaseFromReset`: a synchronous reset.
    public func holdInReset(_ descendants: Descendants = .excluded) {
        if descendants == .included { for process in self.descendants { process.holdInReset() } }
        if isTerminated { return }
        details.isHeldByCall = true
        updateReset()
    }

    /// Ends `holdInReset`; nothing is woken.
    public func releaseFromReset(_ descendants: Descendants = .excluded) {
        if descendants == .included { for process in self.descendants { process.releaseFromReset() } }
        if isTerminated { return }
        details.isHeldByCall = false
        updateReset()
    }

    /// How a reset signal takes effect.
    public enum ResetTiming: Sendable {
        /// When the process is next woken while the signal is active.
        case synchronous
        /// As soon as the signal becomes active, and each time that the process is woken while it is.
        case asynchronous
    }

    /// Resets the process by `signal`, while it has the value `active`. Several signals may reset one process.
    public func resets(while signal: Signal<Bool>, is active: Bool = true, _ timing: ResetTiming) {
        guard let module, !isTerminated else { return }
        let index = details.resetSignals.count
        details.resetSignals.append { signal.value == active }
        let watch = module.method("\(name).reset\(index)", sensitiveTo: [signal.changed]) { [unowned self] in
            updateReset()
            // At the start the process has not begun: it is in reset and need not be reset.
            guard timing == .asynchronous, signal.value == active, signal.changed.isTriggered else { return }
            do throws(ProcessKilled) { try scheduler.reset(self) } catch {
                // Only a method that resets itself is told so; this one resets another.
            }
        }
        details.resetWatches.append(watch)
    }

    /// Takes over whether anything holds the process in reset.
    private func updateReset() {
        if isTerminated { return }
        let isHeld = details.isHeldByCall || details.resetSignals.contains { $0() }
        if isHeld {
            record.pointee.condition.insert(.heldInReset)
        } else {
            record.pointee.condition.remove(.heldInReset)
        }
    }
}
