/// Methods that are woken alone, one after the other: the way from one to the next without lists and without the loop.
///
/// What happens is what the loop would do, in its order and with its counts; where anything else is to be done, nothing
/// happens and the loop goes on.
extension SchedulerCore {
    /// Takes the only process of the next pass, if there is exactly one and it is a method: the most frequent pass.
    @inline(__always) mutating func takeOnlyMethod() -> ProcessPointer? {
        guard let process = methods.first, threads.isEmpty, methods.isSingle else { return nil }
        methods.removeAll()
        evaluated = true
        process.pointee.isRunnable = false
        return process
    }

    /// After a method has run in a pass of its own: the method that runs next, if the evaluation ends here and all that
    /// follows is one notification that wakes one method. Its cycle has then begun.
    @inline(__always) mutating func chainedMethod() -> ProcessPointer? {
        guard !hasRunnable, control == .none, chainsThreads else { return nil }
        if let channel = firstUpdate { return chainedMethod(by: channel) }
        if deltas.isEmpty { return chainedMethodOfLaterTime() }
        guard let node = deltas.only, let process = onlyListener(node) else { return nil }
        deltas.removeOnly()
        begin(process, by: node)
        return process
    }

    /// As `chainedMethod()`, by way of a signal that changes.
    @inline(__always) private mutating func chainedMethod(by channel: ChannelPointer) -> ProcessPointer? {
        guard let signal = onlyChange(channel), let changed = signal.pointee.changed,
            changed.pointee.node.state == .idle, !hasDeltas
        else { return nil }
        let node = UnsafeMutableRawPointer(changed).assumingMemoryBound(to: QueueNode.self)
        guard let process = onlyListener(node) else { return nil }
        firstUpdate = nil
        channel.pointee.isRequested = false
        begin(process, by: node)
        signal.pointee.takeOver(stamp)
        return process
    }

    /// As `chainedMethod()`, by way of the next timed notification.
    @inline(__always) private mutating func chainedMethodOfLaterTime() -> ProcessPointer? {
        guard let node = queue.onlyFirst, node.pointee.time < limit, !isReplaying else { return nil }
        if let process = onlyListener(node) {
            clock.pointee.now = queue.popOnlyFirst()
            begin(process, by: node)
            return process
        }
        // The next trigger of a method.
        let process = UnsafeMutableRawPointer(node).assumingMemoryBound(to: ProcessRecord.self)
        guard node.pointee.owner == .process, process.pointee.mode == .none, !process.pointee.isThread,
            process.pointee.condition.isEmpty
        else { return nil }
        clock.pointee.now = queue.popOnlyFirst()
        countCycle()
        node.pointee.state = .idle
        process.pointee.mode = .staticEvents
        process.pointee.timedOut = true
        return process
    }

    /// The method that firing `node` would make runnable, if that is all that firing it does.
    @inline(__always) private func onlyListener(_ node: NodePointer) -> ProcessPointer? {
        guard node.pointee.owner == .event else { return nil }
        let event = UnsafeMutableRawPointer(node).assumingMemoryBound(to: EventRecord.self)
        guard let process = event.pointee.listener, event.pointee.others == nil, event.pointee.firstWaiter == nil,
            process.isPlainMethod
        else { return nil }
        return process
    }

    /// Fires `node`, the notification of an event whose only listener is `process`, in a cycle of its own.
    @inline(__always) private mutating func begin(_ process: ProcessPointer, by node: NodePointer) {
        countCycle()
        node.pointee.state = .idle
        UnsafeMutableRawPointer(node).assumingMemoryBound(to: EventRecord.self).pointee.stamp = stamp
        process.pointee.timedOut = false
    }

    @inline(__always) private mutating func countCycle() {
        deltaCount &+= 1
        stamp &+= 1
        eventCount &+= 1
    }
}
