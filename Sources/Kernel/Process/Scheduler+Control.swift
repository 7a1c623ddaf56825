/// Control of processes by others: what `Process+Control.swift` promises, for one process.
extension Scheduler {
    // MARK: Suspending and disabling

    func suspend(_ process: Process) throws(ProcessKilled) {
        let record = process.record
        if record.pointee.isTerminated { return }
        record.pointee.condition.insert(.suspended)
        if record.pointee.isRunnable {
            core.pointee.removeRunnable(record)
            record.pointee.condition.insert(.triggered)
        }
        guard record == core.pointee.current else { return }
        record.pointee.condition.insert(.triggered)
        guard record.pointee.isThread else { return }
        record.pointee.mode = .none
        if block(record) == .killed { throw thrown }
    }

    func resume(_ process: Process) {
        let record = process.record
        guard record.pointee.condition.contains(.suspended) else { return }
        record.pointee.condition.remove(.suspended)
        follow(record)
    }

    func disable(_ process: Process) {
        let record = process.record
        if record.pointee.isTerminated || record.pointee.condition.contains(.disabled) { return }
        record.pointee.condition.insert(.disabled)
        park(record)
    }

    func enable(_ process: Process) {
        let record = process.record
        guard record.pointee.condition.contains(.disabled) else { return }
        unpark(record)
        record.pointee.condition.remove(.disabled)
        follow(record)
    }

    /// Follows a trigger that was remembered, unless something still holds the process.
    private func follow(_ record: ProcessPointer) {
        let condition = record.pointee.condition
        guard condition.contains(.triggered), condition.isDisjoint(with: [.suspended, .disabled]) else { return }
        record.pointee.condition.remove(.triggered)
        if record == core.pointee.current { return }
        endWait(record)
        core.pointee.makeRunnable(record)
    }

    // MARK: Ending, beginning anew, throwing

    func kill(_ process: Process) throws(ProcessKilled) {
        let record = process.record
        if record.pointee.isTerminated { return }
        guard mayPreempt(process, to: "killed") else { return }
        if record.pointee.condition.contains(.unwinding) {
            // A thread that was about to begin anew now ends; one that ends does so already.
            if case .reset = process.details.cause {
                process.details.cause = .killed
            } else {
                warnOfUnwinding(process, "kill")
            }
            return
        }
        let isSelf = record == core.pointee.current
        if !record.pointee.isThread {
            terminate(process)
            reclaim(process)
            if isSelf { throw ProcessKilled(.killed) }
        } else if isSelf {
            try unwind(process, .killed)
        } else if record.pointee.coroutine == nil {
            core.pointee.removeRunnable(record)
            endWait(record)
            terminate(process)
            reclaim(process)
        } else {
            try interrupt(process, .killed)
        }
    }

    func reset(_ process: Process) throws(ProcessKilled) {
        let record = process.record
        if record.pointee.isTerminated { return }
        guard mayPreempt(process, to: "reset") else { return }
        if record.pointee.condition.contains(.unwinding) { return warnOfUnwinding(process, "reset") }
        let isSelf = record == core.pointee.current
        if record.pointee.isThread && isSelf { try unwind(process, .reset) }
        if record.pointee.isThread && record.pointee.coroutine != nil { return try interrupt(process, .reset) }
        core.pointee.removeRunnable(record)
        endWait(record)
        if isSelf || record.pointee.condition.contains(.preempting) {
            core.pointee.makeRunnable(record)
            if isSelf { throw ProcessKilled(.reset) }
        } else {
            preempt(record)
            try endPreemption()
        }
    }

    func interrupt(_ process: Process, with error: any Error) throws(ProcessKilled) {
        let record = process.record
        if record.pointee.isTerminated { return }
        guard record.pointee.isThread else {
            return fail(
                SimulationError(
                    at: process.path, "a method has no stack that an error could be thrown out of", time: now,
                    expected: "a thread"))
        }
        guard mayPreempt(process, to: "interrupted") else { return }
        if record.pointee.condition.contains(.unwinding) { return warnOfUnwinding(process, "interrupt") }
        if record == core.pointee.current { throw ProcessKilled(.thrown(error)) }
        guard record.pointee.coroutine != nil else {
            log?.writeOnce(.warning, at: process.path, "the thread has not begun: the error thrown into it is ignored")
            return
        }
        try interrupt(process, .thrown(error))
    }

    /// Makes the wait of a thread throw: now, or as soon as the control call returns that the thread stands in.
    private func interrupt(_ process: Process, _ cause: ProcessKilled.Cause) throws(ProcessKilled) {
        let record = process.record
        process.details.cause = cause
        record.pointee.condition.insert(.interrupted)
        if record.pointee.condition.contains(.preempting) { return }
        core.pointee.removeRunnable(record)
        endWait(record)
        record.pointee.condition.remove(.triggered)
        preempt(record)
        try endPreemption()
    }

    /// The thread that runs leaves its own stack.
    private func unwind(_ process: Process, _ cause: ProcessKilled.Cause) throws(ProcessKilled) {
        process.details.cause = cause
        process.record.pointee.condition.insert(.unwinding)
        throw ProcessKilled(cause)
    }

    // MARK: Refusing

    /// Control calls that run another process need a simulation that has started, and no update phase.
    private func mayPreempt(_ process: Process, to participle: String) -> Bool {
        if !hasStarted {
            fail(
                SimulationError(
                    at: process.path, "a process cannot be \(participle) before the simulation has started", time: now,
                    expected: "a call from a process, or between two runs"))
            return false
        }
        switch core.pointee.phase {
        case .evaluate, .outside: return true
        case .ended: return false
        case .update, .notify:
            fail(
                SimulationError(
                    at: process.path, "a process cannot be \(participle) in the update phase", time: now,
                    expected: "a call from a process, or between two runs"))
            return false
        }
    }

    private func warnOfUnwinding(_ process: Process, _ call: String) {
        log?.writeOnce(.warning, at: process.path, "it is unwinding: the call of “\(call)” is ignored")
    }
}
