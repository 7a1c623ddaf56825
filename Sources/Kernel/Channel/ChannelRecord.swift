@usableFromInline typealias ChannelPointer = UnsafeMutablePointer<ChannelRecord>

/// How a channel is updated.
enum ChannelKind: UInt8 {
    /// By a call of `update`.
    case custom
    /// The record begins a `SignalRecord`.
    case signal
    /// The record begins a `FifoRecord`.
    case fifo
}

/// The state of a channel that the scheduler works on: plain memory, owned by a `Channel`.
@usableFromInline struct ChannelRecord {
    var next: ChannelPointer?
    let kind: ChannelKind
    @usableFromInline var isRequested = false
    /// The channel. Unretained: it owns this record and withdraws a request in its `deinit`.
    var object: Unmanaged<Channel>?
    /// Neighbours among the channels of the module, the one declared before and the one declared after.
    var previousSibling: ChannelPointer?
    var nextSibling: ChannelPointer?

    init(kind: ChannelKind) { self.kind = kind }
}

extension SchedulerCore {
    @inline(__always) mutating func requestUpdate(_ channel: ChannelPointer) {
        if channel.pointee.isRequested { return }
        channel.pointee.isRequested = true
        channel.pointee.next = nil
        if let lastUpdate { lastUpdate.pointee.next = channel } else { firstUpdate = channel }
        lastUpdate = channel
        announce(clock.pointee.now)
    }

    @inline(__always) mutating func popUpdate() -> ChannelPointer? {
        guard let channel = firstUpdate else { return nil }
        firstUpdate = channel.pointee.next
        if firstUpdate == nil { lastUpdate = nil }
        channel.pointee.isRequested = false
        return channel
    }

    mutating func withdrawUpdate(_ channel: ChannelPointer) {
        var kept: [ChannelPointer] = []
        while let requested = popUpdate() {
            if requested != channel { kept.append(requested) }
        }
        for requested in kept { requestUpdate(requested) }
    }
}
