import TandemOS

/// Where processes come from and where they go.
extension Scheduler {
    /// Takes up a process that was just made.
    func register(_ process: Process) {
        if isRunning {
            collectEnded()
            process.details.slot = spawned.count
            process.details.serial = nextSerial
            nextSerial += 1
            spawned.append(process)
            core.pointee.current?.pointee.object?._withUnsafeGuaranteedRef { process.join($0) }
        } else {
            processes.append(process)
            process.module?.adopt(process)
        }
        // Spawned while the simulation runs: it joins the present evaluation phase.
        if hasStarted && process.record.pointee.initializes { core.pointee.makeRunnable(process.record) }
    }

    /// The processes that were spawned during a run and have not ended, in that order.
    var spawnedProcesses: [Process] { spawned.sorted { $0.details.serial < $1.details.serial } }

    /// Every process that has not given its memory back, declared ones before spawned ones.
    var allProcesses: [Process] { processes + spawnedProcesses }

    /// The processes that are suspended now, in the order of their declaration.
    public var suspendedProcesses: [Process] { allProcesses.filter(\.isSuspended) }

    // MARK: Ending

    /// The process has ended, or ends as soon as its body returns: nothing wakes it any more.
    func terminate(_ process: Process) {
        let record = process.record
        core.pointee.removeRunnable(record)
        endWait(record)
        if record.pointee.condition.contains(.disabled) { unpark(record) }
        if record.pointee.timer.isCatchUp { core.pointee.endCatchUp(record) }
        let lasting: ProcessCondition = [.preempting, .unwinding]
        record.pointee.condition = record.pointee.condition.intersection(lasting).union(.terminated)
        record.pointee.mode = .none
        process.leaveFamily()
        if core.pointee.phase == .ended { return }
        if let event = process.existingDetails?.terminated { core.pointee.trigger(event.record) }
    }

    /// Gives back the memory of a spawned process that has ended: now, or when it no longer runs.
    func reclaim(_ process: Process) {
        guard let details = process.existingDetails, let slot = details.slot else { return }
        for watch in details.resetWatches where !watch.isTerminated {
            terminate(watch)
            reclaim(watch)
        }
        let record = process.record
        if record == core.pointee.current && !record.pointee.isThread
            || record.pointee.condition.contains(.preempting)
        {
            ended.append(process)
            return
        }
        let last = spawned.removeLast()
        if last !== process {
            spawned[slot] = last
            last.details.slot = slot
        }
        details.slot = nil
        release(process)
    }

    /// Gives back what could not be given back while it ran.
    private func collectEnded() {
        if ended.isEmpty { return }
        let waiting = ended
        ended = []
        for process in waiting { reclaim(process) }
    }

    /// Lets go of the body and of the record. The handle refers to a tombstone from here on.
    private func release(_ process: Process) {
        let record = process.record
        for event in process.sensitivity { core.pointee.removeListener(record, from: event.record) }
        releaseBody(record)
        process.details.formerPlace = process.module?.path ?? ""
        process.module = nil
        process.record = tombstone(isThread: record.pointee.isThread)
        releaseProcess(record)
    }

    private func releaseBody(_ record: ProcessPointer) {
        if !record.pointee.isThread { record.releaseCode() }
        guard let annex = record.pointee.annex else { return }
        record.pointee.annex = nil
        annex.pointee.thread?.release()
        annex.pointee.links?.deallocate()
        core.pointee.annexSlab.release(annex)
    }

    /// Between two runs: ends the processes of modules that are taken out, and gives their memory back.
    func remove(_ leaving: [Process]) {
        let phase = core.pointee.phase
        core.pointee.phase = .ended
        for process in leaving {
            unwindAtEnd(process)
            if !process.isTerminated { terminate(process) }
            if process.details.slot != nil {
                reclaim(process)
            } else {
                release(process)
            }
        }
        processes.removeAll { process in leaving.contains { $0 === process } }
        pendingSensitivities.removeAll(of: leaving)
        core.pointee.phase = phase
    }

    // MARK: The end of a run

    /// Unwinds the stack of a thread that has begun, because the simulation ends: its wait throws, its locals are
    /// released.
    private func unwindAtEnd(_ process: Process) {
        let record = process.record
        guard record.pointee.coroutine != nil else { return }
        endWait(record)
        process.details.cause = .ended
        record.pointee.condition.insert(.interrupted)
        core.pointee.current = record
        // A body that catches what its wait throws may reach further waits, each of which throws again without a
        // switch, so that one resume is enough.
        enter(record)
        core.pointee.current = nil
    }

    /// Ends all threads, drops everything pending, lets go of spawned processes, and leaves every other one as it was
    /// declared.
    func rewind() {
        core.pointee.phase = .ended
        core.pointee.dropRunnable()
        for process in allProcesses { unwindAtEnd(process) }
        core.pointee.dropRunnable()
        core.pointee.dropPending()
        while core.pointee.popUpdate() != nil {}
        for process in spawnedProcesses {
            if !process.isTerminated { terminate(process) }
            reclaim(process)
        }
        collectEnded()
        for process in processes {
            let record = process.record
            endWait(record)
            if record.pointee.condition.contains(.disabled) { unpark(record) }
            if record.pointee.timer.isCatchUp { core.pointee.endCatchUp(record) }
            process.leaveFamily()
            process.existingDetails?.refusedWaits = 0
            process.existingDetails?.isHeldByCall = false
            record.pointee.condition = []
            record.pointee.mode = .staticEvents
            record.pointee.annex?.pointee.triggersLeft = 0
            record.pointee.timedOut = false
        }
        core.pointee.control = .none
        core.pointee.evaluated = false
        core.pointee.phase = .outside
        core.pointee.current = nil
        hasStarted = false
        failure = nil
        stopRequest = nil
        core.pointee.announce(0)
    }

    /// Ends all threads and lets go of all bodies, which hold the modules that hold them. Nothing runs afterwards.
    func takeDown() {
        rewind()
        core.pointee.phase = .ended
        for process in processes {
            releaseBody(process.record)
            process.record.pointee.condition = .terminated
            process.module = nil
        }
        removeProcesses()
        startHearers = []
        pendingSensitivities.removeAll()
    }
}

extension SchedulerCore {
    /// Makes every pending notification idle.
    mutating func dropPending() {
        queue.removeAll()
        deltas.removeAll()
    }

    /// Takes back `addListener`. The order of the others stays.
    func removeListener(_ process: ProcessPointer, from event: EventPointer) {
        if event.pointee.listener == process {
            event.pointee.listener = event.pointee.others?.pointee.remove(at: 0)
        } else if let others = event.pointee.others, let index = others.pointee.firstIndex(of: process) {
            _ = others.pointee.remove(at: index)
        }
    }
}
