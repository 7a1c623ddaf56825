/// An event that keeps every notification: it fires once for each, at equal times in successive delta cycles
/// (IEEE 1666-2023 §6.30, sc_event_queue).
///
/// Its pending times belong to the state of its module: `pending` is what a snapshot keeps of them and `restore` takes
/// over. A reset of the simulation drops them.
public final class NotificationQueue {
    /// Fires for each notification. What is sensitive to the queue is sensitive to it.
    public let event: Event
    /// Pops what has fired and arms the event for the next.
    private let advance: Process
    private let scheduler: Scheduler
    /// Shared with the process, which may outlive the queue.
    private let holder = TimeHeapHolder()
    private var times: UnsafeMutablePointer<TimeHeap> { holder.times }

    /// A queue of `module`, with an event of that name.
    public init(_ name: String, in module: Module) {
        scheduler = module.scheduler
        event = Event(name, in: module)
        let (event, scheduler, holder) = (event, scheduler, holder)
        advance = module.method("\(name).advance", sensitiveTo: [event], initialize: false) {
            holder.times.pointee.removeLeast()
            guard let next = holder.times.pointee.least else { return }
            event.notify(at: SimTime(picoseconds: max(next, scheduler.now.picoseconds)))
        }
    }

    deinit {
        cancelAll()
        if advance.isTerminated { return }
        scheduler.terminate(advance)
        scheduler.reclaim(advance)
    }

    /// Adds a notification `delay` from now; zero is the next delta cycle, `never` is none. A time beyond the range ends
    /// the run with an error.
    public func notify(after delay: SimTime) {
        let (time, overflow) = scheduler.now.addingReportingOverflow(delay)
        if !overflow && time != .never { add(time) }
        event.notify(after: delay)
    }

    /// Adds a notification at `time`; now is the next delta cycle. A time that has passed ends the run with an error.
    public func notify(at time: SimTime) {
        if time != .never && time >= scheduler.now { add(time) }
        event.notify(at: time)
    }

    /// Drops every notification.
    public func cancelAll() {
        times.pointee.removeAll()
        event.cancel()
        scheduler.core.pointee.removeRunnable(advance.record)
    }

    /// How many notifications are pending.
    public var count: Int { isStale ? 0 : times.pointee.count }

    /// The times of the pending notifications, ascending.
    public var pending: [SimTime] { isStale ? [] : times.pointee.sorted.map { SimTime(picoseconds: $0) } }

    /// Takes over saved times. The notification of the event itself comes with the state of the kernel.
    public func restore(_ pending: [SimTime]) {
        times.pointee.removeAll()
        for time in pending where time != .never { times.pointee.insert(time.picoseconds) }
    }

    /// Times without a notification to come: the simulation was reset.
    private var isStale: Bool { !event.isPending && !advance.isRunnable }

    private func add(_ time: SimTime) {
        if isStale { times.pointee.removeAll() }
        times.pointee.insert(time.picoseconds)
    }
}

/// Owns a heap, at a stable address.
private final class TimeHeapHolder {
    let times = UnsafeMutablePointer<TimeHeap>.allocate(capacity: 1)

    init() { times.initialize(to: TimeHeap()) }

    deinit {
        times.deinitialize(count: 1)
        times.deallocate()
    }
}

/// Times with the least in front: a binary heap in memory of its own. Equal times need no order.
private struct TimeHeap: ~Copyable {
    private var storage = UnsafeMutablePointer<UInt64>.allocate(capacity: 8)
    private var capacity = 8
    private(set) var count = 0

    deinit { storage.deallocate() }

    var least: UInt64? { count == 0 ? nil : storage[0] }
    var sorted: [UInt64] { UnsafeBufferPointer(start: storage, count: count).sorted() }

    mutating func removeAll() { count = 0 }

    mutating func insert(_ time: UInt64) {
        if count == capacity { grow() }
        var index = count
        count += 1
        while index > 0, storage[(index - 1) / 2] > time {
            storage[index] = storage[(index - 1) / 2]
            index = (index - 1) / 2
        }
        storage[index] = time
    }

    mutating func removeLeast() {
        if count == 0 { return }
        count -= 1
        let time = storage[count]
        var index = 0
        while true {
            var child = 2 * index + 1
            if child >= count { break }
            if child + 1 < count, storage[child + 1] < storage[child] { child += 1 }
            if storage[child] >= time { break }
            storage[index] = storage[child]
            index = child
        }
        storage[index] = time
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: storage, count: count)
        storage.deallocate()
        storage = larger
        capacity *= 2
    }
}
