/// The update phase.
extension Scheduler {
    /// Makes visible what was written in the evaluation phase, channel by channel, first in, first out.
    ///
    /// Signals and FIFOs wake their listeners at once instead of in the notification phase that follows, as long as no
    /// delta notification is pending: the order and the counts are the same.
    @inline(__always) func performUpdates() {
        if _fastPath(core.pointee.updateFiresDirectly) {
            core.pointee.performPlainUpdates(true)
            if core.pointee.firstUpdate != nil { performOtherUpdates(true) }
        } else {
            performQueuedUpdates()
        }
    }

    /// As `performUpdates`, but whatever the updates notify fires in the notification phase.
    @inline(never) func performQueuedUpdates() {
        core.pointee.performPlainUpdates(false)
        if core.pointee.firstUpdate != nil { performOtherUpdates(false) }
    }

    @inline(never) private func performOtherUpdates(_ firesDirectly: Bool) {
        while let channel = core.pointee.popUpdate() {
            channel.pointee.object?._withUnsafeGuaranteedRef { $0.update() }
            if firesDirectly {
                core.pointee.performPlainUpdates(core.pointee.updateFiresDirectly)
            } else {
                core.pointee.performPlainUpdates(false)
            }
        }
    }
}

extension SchedulerCore {
    /// Whether the update phase may wake listeners itself: the notification phase follows for certain, and nothing
    /// permutes it.
    @inline(__always) var updateFiresDirectly: Bool { control == .none && orderSeed == nil }

    /// Updates the signals and FIFOs that stand before the first channel whose update is a call.
    @inline(__always) mutating func performPlainUpdates(_ firesDirectly: Bool) {
        while let channel = firstUpdate {
            let raw = UnsafeMutableRawPointer(channel)
            switch channel.pointee.kind {
            case .signal:
                takeFirstUpdate(channel)
                update(raw.assumingMemoryBound(to: SignalRecord.self), firesDirectly)
            case .fifo:
                takeFirstUpdate(channel)
                update(raw.assumingMemoryBound(to: FifoRecord.self), firesDirectly)
            case .custom: return
            }
        }
    }

    /// What `channel`, the first that asked for an update, is if no other one asked and it is a signal that changes and
    /// has no edges.
    @inline(__always) func onlyChange(_ channel: ChannelPointer) -> SignalPointer? {
        guard channel == lastUpdate.unsafelyUnwrapped, channel.pointee.kind == .signal else { return nil }
        let signal = UnsafeMutableRawPointer(channel).assumingMemoryBound(to: SignalRecord.self)
        return signal.pointee.differs && !signal.pointee.hasEdges ? signal : nil
    }

    @inline(__always) mutating func requestUpdate(_ channel: ChannelPointer) {
        if channel.pointee.isRequested { return }
        channel.pointee.isRequested = true
        channel.pointee.next = nil
        if channel.pointee.kind == .custom { customUpdates &+= 1 }
        if firstUpdate == nil { firstUpdate = channel } else { lastUpdate?.pointee.next = channel }
        lastUpdate = channel
        announce(clock.pointee.now)
    }

    @inline(__always) private mutating func takeFirstUpdate(_ channel: ChannelPointer) {
        firstUpdate = channel.pointee.next
        channel.pointee.isRequested = false
    }

    mutating func popUpdate() -> ChannelPointer? {
        guard let channel = firstUpdate else { return nil }
        takeFirstUpdate(channel)
        if channel.pointee.kind == .custom { customUpdates &-= 1 }
        return channel
    }

    mutating func withdrawUpdate(_ channel: ChannelPointer) {
        var kept: [ChannelPointer] = []
        while let requested = popUpdate() {
            if requested != channel { kept.append(requested) }
        }
        for requested in kept { requestUpdate(requested) }
    }

    /// Notifies `event` from the update phase: it fires in the notification phase, or now, if that is the same.
    @inline(__always) mutating func notifyUpdate(_ event: EventPointer, _ firesDirectly: Bool) {
        if firesDirectly && event.pointee.node.state == .idle && !hasDeltas {
            trigger(event)
        } else {
            notifyDelta(event)
        }
    }
}
