internal import TandemOS

/// Why a page is watched.
public enum WatchReason: Sendable, CaseIterable {
    /// Code was translated from it, or somebody else wants to see every write.
    case code
    /// It holds a reserved line, and there are fast writers who might break the reservation.
    case reservation
}

/// Somebody who wants to know of writes to watched pages, or who writes without telling while pages are not watched.
public protocol WriteWatchObserver: AnyObject {
    /// Bytes of a page that is watched for `.code` were written. `offset` counts from the start of the memory.
    func memoryWritten(offset: UInt64, count: Int, by initiator: InitiatorID)

    /// From now on writes to the page must be told: fast paths to it must go. The page may have been watched before, for
    /// the other reason. `initiator` is who reserved a line of the page, `.none` for `.code`.
    func pageBecameWatched(_ page: UInt64, for reason: WatchReason, by initiator: InitiatorID)
}

/// The 4 KiB pages of one memory whose writes somebody wants to see. A writer tests one bit; where it is set, the writer
/// calls `noteWrite` after the write.
///
/// Translated code keeps fast write paths to pages that are not watched. It joins as an observer that is a fast writer,
/// and drops those paths when a page becomes watched.
public final class WriteWatch {
    @inlinable public static var pageShift: UInt64 { 12 }
    @inlinable public static var pageSize: UInt64 { 1 << pageShift }

    /// One bit a page; lazily touched.
    // SAFETY: memory of `pages`, which lives as long as this object.
    @usableFromInline let bits: UnsafeMutablePointer<UInt64>
    @usableFromInline let pageCount: UInt64
    /// How many pages are watched and lines reserved: 0 lets a writer go on after one load.
    // SAFETY: allocated in `init`, freed only in `deinit`; `Memory` and its reservations, which use it, hold this object.
    let attention: UnsafeMutablePointer<Int>
    /// Told after `attention` has changed: whether it is other than 0.
    var attentionChanged: (Bool) -> Void = { _ in }
    /// How often each page is watched for each reason, behind the bits; lazily touched.
    private let counts: UnsafeMutablePointer<Counts>
    private let pages: HostPages

    private var observers: [Entry] = []
    /// Everybody who ever joined as one: who has gone since does no harm.
    private var fastWriters: [InitiatorID] = []
    /// Asked when a fast writer has come: reservations that were taken before it must be watched from now on.
    var fastWriterJoined: () -> Void = {}

    private struct Counts {
        var code: UInt32
        var reservation: UInt32
    }

    private struct Entry {
        weak var observer: (any WriteWatchObserver)?
        var fastWriter: InitiatorID?
    }

    init(size: UInt64) throws(OSError) {
        pageCount = (size + Self.pageSize - 1) >> Self.pageShift
        let words = Int((pageCount + 63) / 64)
        pages = try HostPages(size: words * 8 + Int(pageCount) * MemoryLayout<Counts>.stride)
        bits = pages.base.bindMemory(to: UInt64.self, capacity: words)
        attention = .allocate(capacity: 1)
        attention.initialize(to: 0)
        counts = (pages.base + words * 8).bindMemory(to: Counts.self, capacity: Int(pageCount))
    }

    deinit { attention.deallocate() }

    // MARK: Asking

    /// Whether writes to the page of this offset must be told. The offset must lie in the memory.
    @inlinable public func isWatched(offset: UInt64) -> Bool {
        let page = offset >> Self.pageShift
        return bits[Int(truncatingIfNeeded: page >> 6)] >> (page & 63) & 1 != 0
    }

    /// Whether a write of these bytes must be told.
    @inlinable @inline(__always) public func isWatched(offset: UInt64, count: Int) -> Bool {
        let last = offset &+ UInt64(truncatingIfNeeded: count) &- 1
        if (offset ^ last) >> Self.pageShift == 0 { return isWatched(offset: offset) }
        return isAnyWatched(from: offset >> Self.pageShift, through: last >> Self.pageShift)
    }

    @usableFromInline @inline(never) func isAnyWatched(from first: UInt64, through last: UInt64) -> Bool {
        guard first <= last else { return false }
        return (first...last).contains { isWatched(offset: $0 << Self.pageShift) }
    }

    /// How often a page is watched for a reason.
    public func watchCount(page: UInt64, for reason: WatchReason) -> Int {
        let counts = counts[Int(page)]
        return Int(reason == .code ? counts.code : counts.reservation)
    }

    // MARK: Watching

    /// Watches a page, once more. Fast writers are told when the reason is new to the page, and of the second reservation.
    /// - Parameter initiator: who reserved a line of the page; nobody for `.code`.
    public func watch(page: UInt64, for reason: WatchReason = .code, by initiator: InitiatorID = .none) {
        precondition(page < pageCount, "page \(page) is beyond the memory's \(pageCount) pages")
        let entry = counts + Int(page)
        let before: UInt32
        switch reason {
        case .code:
            before = entry.pointee.code
            entry.pointee.code += 1
        case .reservation:
            before = entry.pointee.reservation
            entry.pointee.reservation += 1
        }
        let bit: UInt64 = 1 << (page & 63)
        if bits[Int(page >> 6)] & bit == 0 { attend(1) }
        bits[Int(page >> 6)] |= bit
        // The one who holds the only reservation of a page goes on writing fast. A second reservation ends that.
        guard before == 0 || reason == .reservation && before == 1 else { return }
        for entry in observers { entry.observer?.pageBecameWatched(page, for: reason, by: initiator) }
    }

    /// Undoes one `watch`.
    public func unwatch(page: UInt64, for reason: WatchReason = .code) {
        precondition(page < pageCount, "page \(page) is beyond the memory's \(pageCount) pages")
        let entry = counts + Int(page)
        switch reason {
        case .code: entry.pointee.code -= 1
        case .reservation: entry.pointee.reservation -= 1
        }
        guard entry.pointee.code | entry.pointee.reservation == 0 else { return }
        bits[Int(page >> 6)] &= ~(1 << (page & 63))
        attend(-1)
    }

    /// One more page or reservation to look after, or one less.
    func attend(_ change: Int) {
        attention.pointee += change
        attentionChanged(attention.pointee != 0)
    }

    // MARK: Observing

    /// Adds an observer, once, which is not kept. Observers are told in the order in which they came.
    /// - Parameter fastWriter: the initiator that writes to unwatched pages without telling, if the observer is one.
    public func add(_ observer: any WriteWatchObserver, fastWriter: InitiatorID? = nil) {
        observers.removeAll { $0.observer == nil || $0.observer === observer }
        observers.append(Entry(observer: observer, fastWriter: fastWriter))
        if let fastWriter, !fastWriters.contains(fastWriter) { fastWriters.append(fastWriter) }
        if fastWriter != nil { fastWriterJoined() }
    }

    /// Whether anybody but this initiator writes to unwatched pages without telling.
    public func hasFastWriter(otherThan initiator: InitiatorID) -> Bool {
        for index in fastWriters.indices where fastWriters[index] != initiator { return true }
        return false
    }

    /// Bytes were written: tells the observers if one of their pages is watched for `.code`. Reservations are the affair
    /// of `Memory.noteWrite`, which calls this.
    func tell(offset: UInt64, count: Int, by initiator: InitiatorID) {
        guard count > 0 else { return }
        let first = offset >> Self.pageShift
        let last = (offset + UInt64(count) - 1) >> Self.pageShift
        guard (first...last).contains(where: { counts[Int($0)].code != 0 }) else { return }
        for entry in observers { entry.observer?.memoryWritten(offset: offset, count: count, by: initiator) }
    }
}
