/// A queue between processes: what is written in one delta cycle can be read from the next one on, and what is read
/// frees its place from the next one on, so that the order in which processes run within a cycle cannot be seen.
///
/// It serves as SystemC's `sc_fifo` (`write`, `read`) and as the FIFO of TLM-1 (`put`, `get`, `peek`, resizing, no
/// bound): see `FifoInterfaces.swift`. Blocking forms wait in the thread that calls them; several threads that wait go
/// on in the order in which they began. Nothing is allocated per element.
public final class Fifo<Value>: Channel {
    /// Fires one delta cycle after a write.
    public let dataWritten: Event
    /// Fires one delta cycle after a read, and when the FIFO became larger.
    public let dataRead: Event
    @usableFromInline let fifo: FifoPointer
    private let firstCapacity: Int?

    /// A FIFO of `module` with `capacity` places, at least one; nothing for one without bound.
    public convenience init(_ name: String, in module: Module, capacity: Int? = 16) {
        self.init(name, .module(module), capacity: capacity)
    }

    /// A FIFO of the module that `context` describes.
    public convenience init(_ name: String, _ context: ModuleContext, capacity: Int? = 16) {
        self.init(name, .context(context), capacity: capacity)
    }

    private init(_ name: String, _ place: ChannelPlace, capacity: Int?) {
        precondition(capacity ?? 1 > 0, "The FIFO “\(name)” needs at least one place.")
        dataWritten = place.event("\(name).written")
        dataRead = place.event("\(name).read")
        firstCapacity = capacity
        let size = capacity ?? 16
        fifo = .allocate(capacity: 1)
        fifo.initialize(
            to: FifoRecord(
                size: size, ring: UnsafeMutableRawPointer(UnsafeMutablePointer<Value>.allocate(capacity: size)),
                free: capacity ?? Self.unbounded, written: dataWritten.record, read: dataRead.record))
        super.init(name, place, record: UnsafeMutableRawPointer(fifo).assumingMemoryBound(to: ChannelRecord.self))
    }

    /// The event that a port asks for.
    func event(_ event: ChannelEvent) -> Event { event == .dataRead ? dataRead : dataWritten }

    deinit {
        removeAll()
        elements.deallocate()
    }

    /// More places than there can be elements, and far from overflow.
    private static var unbounded: Int { 1 << 62 }

    // MARK: Looking

    /// How many elements can be read now.
    @inlinable public var availableCount: Int { fifo.pointee.available }

    /// How many elements can be written now; a large number when there is no bound.
    @inlinable public var freeCount: Int { fifo.pointee.free }

    /// How many elements it holds, including those that cannot be read yet.
    public var count: Int { fifo.pointee.available + fifo.pointee.put }

    /// How many elements it may hold; nothing when there is no bound.
    public var capacity: Int? {
        let places = fifo.pointee.free + fifo.pointee.taken + count
        return places >= Self.unbounded / 2 ? nil : places
    }

    // MARK: Without waiting

    /// Writes `value` if there is a free place; whether there was.
    @inlinable public func tryWrite(_ value: Value) -> Bool {
        if fifo.pointee.free <= 0 { return false }
        append(value)
        return true
    }

    /// Reads the first element; nothing if there is none.
    @inlinable public func tryRead() -> Value? { fifo.pointee.available == 0 ? nil : removeFirst() }

    /// The element at `index` of those that can be read, without taking it; nothing if there are fewer.
    @inlinable public func tryPeek(at index: Int = 0) -> Value? {
        guard (0..<fifo.pointee.available).contains(index) else { return nil }
        return elements[place(of: index)]
    }

    /// Replaces the element at `index` of those that can be read; whether there is one. For debuggers: no event.
    public func poke(_ value: Value, at index: Int = 0) -> Bool {
        guard (0..<fifo.pointee.available).contains(index) else { return false }
        elements[place(of: index)] = value
        return true
    }

    // MARK: Waiting

    /// Writes `value`; waits until there is a free place. In a thread only.
    @inlinable @inline(__always) public func write(_ value: Value) throws(ProcessKilled) {
        while _slowPath(fifo.pointee.free <= 0) { try waitForPlace() }
        append(value)
    }

    /// Reads the first element; waits until there is one. In a thread only.
    @inlinable @inline(__always) public func read() throws(ProcessKilled) -> Value {
        while _slowPath(fifo.pointee.available == 0) { try waitForElement() }
        return removeFirst()
    }

    /// The first element, which stays; waits until there is one. In a thread only.
    @inlinable public func peek() throws(ProcessKilled) -> Value {
        while _slowPath(fifo.pointee.available == 0) { try waitForElement() }
        return elements[fifo.pointee.first]
    }

    // MARK: Size

    /// Gives it `capacity` places, at least one, or no bound. It does not become smaller than what it holds: false when
    /// that was in the way, and the capacity is then what it holds.
    @discardableResult
    public func resize(to capacity: Int?) -> Bool {
        precondition(capacity ?? 1 > 0, "The FIFO “\(path)” needs at least one place.")
        let used = count + fifo.pointee.taken
        let target = max(capacity ?? Self.unbounded, used)
        let free = target - used
        if free > fifo.pointee.free {
            fifo.pointee.grew = true
            requestUpdate()
        }
        fifo.pointee.free = free
        return target == capacity ?? Self.unbounded
    }

    // MARK: Elements

    @inlinable var elements: UnsafeMutablePointer<Value> {
        fifo.pointee.ring.assumingMemoryBound(to: Value.self)
    }

    @inlinable func place(of index: Int) -> Int {
        let place = fifo.pointee.first &+ index
        return place < fifo.pointee.size ? place : place &- fifo.pointee.size
    }

    @inlinable @inline(__always) func append(_ value: Value) {
        if _slowPath(fifo.pointee.available &+ fifo.pointee.put == fifo.pointee.size) { grow() }
        let next = fifo.pointee.next
        (elements + next).initialize(to: value)
        fifo.pointee.next = next &+ 1 == fifo.pointee.size ? 0 : next &+ 1
        fifo.pointee.free &-= 1
        fifo.pointee.put &+= 1
        if !fifo.pointee.channel.isRequested { requestUpdate() }
    }

    @inlinable @inline(__always) func removeFirst() -> Value {
        let first = fifo.pointee.first
        let value = (elements + first).move()
        fifo.pointee.first = first &+ 1 == fifo.pointee.size ? 0 : first &+ 1
        fifo.pointee.available &-= 1
        fifo.pointee.taken &+= 1
        if !fifo.pointee.channel.isRequested { requestUpdate() }
        return value
    }

    @usableFromInline @inline(never) func waitForPlace() throws(ProcessKilled) {
        try wait(for: dataRead, "a blocking write")
    }

    @usableFromInline @inline(never) func waitForElement() throws(ProcessKilled) {
        try wait(for: dataWritten, "a blocking read")
    }

    /// All places in memory are taken: doubles them.
    @usableFromInline @inline(never) func grow() {
        let size = fifo.pointee.size
        let larger = UnsafeMutablePointer<Value>.allocate(capacity: size * 2)
        for index in 0..<count { (larger + index).moveInitialize(from: elements + place(of: index), count: 1) }
        elements.deallocate()
        fifo.pointee.ring = UnsafeMutableRawPointer(larger)
        fifo.pointee.first = 0
        fifo.pointee.next = size
        fifo.pointee.size = size * 2
    }

    private func removeAll() {
        for index in 0..<count { (elements + place(of: index)).deinitialize(count: 1) }
        fifo.pointee.available = 0
        fifo.pointee.put = 0
        fifo.pointee.taken = 0
        fifo.pointee.first = 0
        fifo.pointee.next = 0
        fifo.pointee.grew = false
    }

    // MARK: Reset and snapshot

    /// Empty, with the capacity that it was made with.
    public override func reset() {
        removeAll()
        fifo.pointee.free = firstCapacity ?? Self.unbounded
    }

    public override func save(to writer: inout SnapshotWriter) throws(SnapshotError) {
        writer.write(optional: capacity) { $0.write($1) }
        writer.write(UInt32(count))
        for index in 0..<count { try writer.write(elements[place(of: index)], of: self) }
    }

    public override func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        removeAll()
        let capacity = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(Int.self) })
        let count = Int(try reader.read(UInt32.self))
        let places = capacity ?? Self.unbounded
        guard places > 0, places <= Self.unbounded, count <= places else {
            throw reader.error("a FIFO holds \(count) elements in \(places) places")
        }
        fifo.pointee.free = places
        for _ in 0..<count {
            let value = try reader.read(Value.self, of: self)
            if fifo.pointee.available == fifo.pointee.size { grow() }
            (elements + fifo.pointee.next).initialize(to: value)
            fifo.pointee.next = fifo.pointee.next + 1 == fifo.pointee.size ? 0 : fifo.pointee.next + 1
            fifo.pointee.available += 1
            fifo.pointee.free -= 1
        }
    }
}
