/// The reservations that exclusive accesses hold in one memory: at most one for each initiator, in all memories together. A reservation covers the
/// aligned 64-byte line around the access (the reservation set of the RISC-V unprivileged specification §14.2) and is
/// broken by any other initiator's write to that line.
///
/// Addresses are offsets in the memory: reservations are physical, whatever aliases lead to them.
public final class ReservationSet {
    /// Bytes of a line.
    @inlinable public static var lineSize: UInt64 { 64 }

    private struct Entry {
        var initiator: InitiatorID
        var line: UInt64
        /// The page is watched for this reservation.
        var isWatched = false
    }

    /// The number of reservations, behind a pointer: it is asked about at every write.
    // SAFETY: allocated in `init`, freed only in `deinit`.
    @usableFromInline let count: UnsafeMutablePointer<Int>
    /// As many as `count` says, in the order in which they were taken.
    // SAFETY: allocated in `init` and by `append`, freed by `append` and in `deinit`; entries are trivial.
    private var entries: UnsafeMutablePointer<Entry>
    private var capacity = 8
    private let watch: WriteWatch
    private let directory: BusDirectory

    init(_ watch: WriteWatch, _ directory: BusDirectory) {
        self.watch = watch
        self.directory = directory
        count = .allocate(capacity: 1)
        count.initialize(to: 0)
        entries = .allocate(capacity: capacity)
        watch.fastWriterJoined = { [unowned self] in watchUnwatched() }
    }

    deinit {
        count.deallocate()
        entries.deallocate()
    }

    private func index(of initiator: InitiatorID) -> Int? {
        for index in 0..<count.pointee where entries[index].initiator == initiator { return index }
        return nil
    }

    private func append(_ entry: Entry) {
        if count.pointee == capacity {
            let old = entries
            entries = .allocate(capacity: capacity * 2)
            entries.initialize(from: old, count: capacity)
            capacity *= 2
            old.deallocate()
        }
        (entries + count.pointee).initialize(to: entry)
        count.pointee += 1
    }

    /// Whether anybody holds a reservation.
    @inlinable public var anyReserved: Bool { count.pointee != 0 }

    /// Takes a reservation; the one that the initiator held before, here or in another memory, is gone. The access must
    /// lie within one line.
    public func reserve(by initiator: InitiatorID, address: UInt64, count: Int) {
        let line = Self.line(of: address)
        precondition(Self.line(of: address + UInt64(count) - 1) == line, "an exclusive access crosses a line")
        if let index = index(of: initiator) {
            guard entries[index].line != line else { return }
            remove(at: index)
        } else {
            directory.moveReservation(of: initiator, to: self)
        }
        // An initiator's own writes leave its reservation alone: the page need not be watched for the only fast writer.
        let isWatched = watch.hasFastWriter(otherThan: initiator)
        append(Entry(initiator: initiator, line: line, isWatched: isWatched))
        watch.attend(1)
        if isWatched { watch.watch(page: Self.page(of: line), for: .reservation, by: initiator) }
    }

    /// Watches the pages of reservations that needed no watch while there was nobody to break them unseen.
    private func watchUnwatched() {
        for index in 0..<count.pointee where !entries[index].isWatched {
            let entry = entries[index]
            guard watch.hasFastWriter(otherThan: entry.initiator) else { continue }
            entries[index].isWatched = true
            watch.watch(page: Self.page(of: entry.line), for: .reservation, by: entry.initiator)
        }
    }

    /// Whether the initiator's reservation covers all of the access.
    public func holds(by initiator: InitiatorID, address: UInt64, count: Int) -> Bool {
        let line = Self.line(of: address)
        guard Self.line(of: address &+ UInt64(count) &- 1) == line else { return false }
        return index(of: initiator).map { entries[$0].line == line } ?? false
    }

    /// Whether the initiator's reservation covers all of the access; then it is used up.
    public func take(by initiator: InitiatorID, address: UInt64, count: Int) -> Bool {
        let line = Self.line(of: address)
        guard Self.line(of: address &+ UInt64(count) &- 1) == line, let index = index(of: initiator),
            entries[index].line == line
        else { return false }
        remove(at: index)
        return true
    }

    /// The line that an initiator has reserved, by its first offset.
    public func reservedLine(of initiator: InitiatorID) -> UInt64? {
        index(of: initiator).map { entries[$0].line }
    }

    /// Gives up the initiator's reservation, if it has one.
    public func clear(by initiator: InitiatorID) {
        if let index = index(of: initiator) { remove(at: index) }
    }

    /// Somebody wrote: the reservations of others on the lines that were touched are gone.
    public func breakOthers(address: UInt64, count: Int, by initiator: InitiatorID) {
        let first = Self.line(of: address)
        let last = Self.line(of: address &+ UInt64(max(count, 1)) &- 1)
        var index = self.count.pointee - 1
        while index >= 0 {
            let entry = entries[index]
            if entry.initiator != initiator && entry.line >= first && entry.line <= last { remove(at: index) }
            index -= 1
        }
    }

    /// Gives up all reservations.
    public func clearAll() {
        while count.pointee > 0 { remove(at: count.pointee - 1) }
    }

    private func remove(at index: Int) {
        let entry = entries[index]
        count.pointee -= 1
        for later in index..<count.pointee { entries[later] = entries[later + 1] }
        watch.attend(-1)
        if entry.isWatched { watch.unwatch(page: Self.page(of: entry.line), for: .reservation) }
    }

    private static func line(of address: UInt64) -> UInt64 { address & ~(lineSize - 1) }
    private static func page(of line: UInt64) -> UInt64 { line >> WriteWatch.pageShift }
}
