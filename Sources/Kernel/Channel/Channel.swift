/// The state of a channel that the scheduler works on.
struct ChannelRecord {
    var next: UnsafeMutablePointer<ChannelRecord>?
    var isRequested: Bool
    /// The channel. Unretained: it owns this record and withdraws a request in its `deinit`.
    var object: Unmanaged<Channel>?
}

/// Something whose new value becomes visible in the update phase, after all processes of the evaluation phase have
/// seen the old one.
open class Channel {
    /// The name within the module.
    public let name: String
    /// The module it is declared in.
    public unowned(unsafe) let module: Module
    private let record: UnsafeMutablePointer<ChannelRecord>
    private let core: UnsafeMutablePointer<SchedulerCore>
    private let scheduler: Scheduler

    /// A channel of `module`.
    public init(_ name: String, in module: Module) {
        self.name = name
        self.module = module
        scheduler = module.scheduler
        core = scheduler.core
        record = .allocate(capacity: 1)
        record.initialize(to: ChannelRecord(next: nil, isRequested: false, object: nil))
        record.pointee.object = .passUnretained(self)
    }

    deinit {
        if record.pointee.isRequested { core.pointee.withdrawUpdate(record) }
        record.deallocate()
    }

    /// Asks for one call of `update` in the next update phase, however often it is asked.
    public final func requestUpdate() { core.pointee.requestUpdate(record) }

    /// Makes the new value visible. May notify delta and timed events; must not wait, notify immediately or request.
    open func update() {}
}

extension SchedulerCore {
    @inline(__always) mutating func requestUpdate(_ channel: UnsafeMutablePointer<ChannelRecord>) {
        if channel.pointee.isRequested { return }
        channel.pointee.isRequested = true
        channel.pointee.next = nil
        if let lastUpdate { lastUpdate.pointee.next = channel } else { firstUpdate = channel }
        lastUpdate = channel
        announce(clock.pointee.now)
    }

    @inline(__always) mutating func popUpdate() -> UnsafeMutablePointer<ChannelRecord>? {
        guard let channel = firstUpdate else { return nil }
        firstUpdate = channel.pointee.next
        if firstUpdate == nil { lastUpdate = nil }
        channel.pointee.isRequested = false
        return channel
    }

    mutating func withdrawUpdate(_ channel: UnsafeMutablePointer<ChannelRecord>) {
        var kept: [UnsafeMutablePointer<ChannelRecord>] = []
        while let requested = popUpdate() {
            if requested != channel { kept.append(requested) }
        }
        for requested in kept { requestUpdate(requested) }
    }
}
