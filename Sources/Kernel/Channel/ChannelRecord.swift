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
    /// The channel. Unretained: it owns this record and withdraws a request in its `deinit`.
    var object: Unmanaged<Channel>?
    // The bytes stand last, so that those of a longer record fill the same word.
    let kind: ChannelKind
    @usableFromInline var isRequested = false

    init(kind: ChannelKind) { self.kind = kind }
}
