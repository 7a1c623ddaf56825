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

    init(kind: ChannelKind) { self.kind = kind }
}
