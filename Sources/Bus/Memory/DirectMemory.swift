public import TandemKernel

/// A permission to move data to and from a target without a transaction: a range, the host memory behind it, rights, the
/// time of an access, and the cell that counts it. Every use counts, so that traffic is the same with and without grants.
@frozen public struct DirectMemory {
    /// First address, in those of whoever holds the grant.
    public var start: UInt64
    /// Last address, inclusive.
    public var end: UInt64
    /// Host address of `start`.
    public var base: UnsafeMutableRawPointer
    public var allowsRead: Bool
    public var allowsWrite: Bool
    public var target: TargetID
    public var initiator: InitiatorID
    /// Time of one access, beside that in which its bytes pass.
    public var readLatency: SimTime
    public var writeLatency: SimTime
    /// How fast its bytes pass.
    public var bandwidth: PathBandwidth { didSet { noteTiming() } }
    /// The links on the way that take time, which `take` books. Nil: there are none.
    // SAFETY: a router owns it, and the module tree outlives every holder of grants.
    public var path: Unmanaged<DirectPath>? { didSet { noteTiming() } }
    /// Whether a use takes its latency and nothing else: what the hot path asks.
    @usableFromInline var isSimple: Bool
    /// Where uses are counted; nil for a grant that did not come from a socket.
    public var cell: UnsafeMutablePointer<TrafficCell>?
    /// The memory whose write watch and reservations a writer must respect; nil if the target has neither.
    // SAFETY: a grant ends before its memory does: the module tree outlives every holder of grants.
    public var memory: Unmanaged<Memory>?

    /// No grant: no right to anything.
    @inlinable public init() {
        start = 0
        end = .max
        // SAFETY: never dereferenced, for neither right is given. Not nil, so that the hot path need not ask.
        base = UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
        allowsRead = false
        allowsWrite = false
        target = .none
        initiator = .none
        readLatency = .zero
        writeLatency = .zero
        bandwidth = PathBandwidth()
        path = nil
        isSimple = true
        cell = nil
        memory = nil
    }

    /// The time of one read of `count` bytes: what a transaction takes that meets no other.
    public func readTime(_ count: Int) -> SimTime { readLatency + bandwidth.time(for: count) }

    /// The time of one write of `count` bytes.
    public func writeTime(_ count: Int) -> SimTime { writeLatency + bandwidth.time(for: count) }

    /// Takes a use that begins `delay` after now: the time of a transaction in its place, which waits where others are
    /// before it. Once for each use, for it is booked.
    @inlinable @inline(__always) public func take(isWrite: Bool, count: Int, ahead delay: SimTime) -> SimTime {
        isSimple ? isWrite ? writeLatency : readLatency : takeSlowly(isWrite: isWrite, count: count, ahead: delay)
    }

    @usableFromInline @inline(never) func takeSlowly(isWrite: Bool, count: Int, ahead delay: SimTime) -> SimTime {
        let time = isWrite ? writeTime(count) : readTime(count)
        guard let path else { return time }
        return time
            + path._withUnsafeGuaranteedRef { $0.book(isWrite: isWrite, count: count, by: initiator, ahead: delay) }
    }

    private mutating func noteTiming() { isSimple = bandwidth.isUnlimited && path == nil }

    /// Whether no access takes time.
    public var isTimeless: Bool { readLatency == .zero && writeLatency == .zero && bandwidth.isUnlimited }

    /// Whether all of `count` bytes from `address` on lie in the grant.
    @inlinable public func contains(_ address: UInt64, count: Int) -> Bool {
        address >= start && address <= end && UInt64(truncatingIfNeeded: count) &- 1 <= end &- address
    }

    /// Host address of a byte in the grant.
    @inlinable public func pointer(to address: UInt64) -> UnsafeMutableRawPointer {
        base + Int(truncatingIfNeeded: address &- start)
    }

    /// Reads `count` bytes, which must lie in the grant and be readable; one access, counted, `delay` ahead of now.
    @inlinable public func read(
        at address: UInt64, into data: UnsafeMutableRawPointer, count: Int, isFetch: Bool = false, delay: inout SimTime
    ) {
        precondition(allowsRead && contains(address, count: count), "a read outside of its direct-memory grant")
        data.copy(from: pointer(to: address), count: count)
        let latency = take(isWrite: false, count: count, ahead: delay)
        delay += latency
        cell?.pointee.count(write: false, fetch: isFetch, bytes: count, failed: false, latency: latency)
    }

    /// Writes `count` bytes, which must lie in the grant and be writable; one access, counted. Breaks reservations and
    /// tells the write watch.
    @inlinable public func write(at address: UInt64, from data: UnsafeRawPointer, count: Int, delay: inout SimTime) {
        precondition(allowsWrite && contains(address, count: count), "a write outside of its direct-memory grant")
        let pointer = pointer(to: address)
        pointer.copy(from: data, count: count)
        let latency = take(isWrite: true, count: count, ahead: delay)
        delay += latency
        cell?.pointee.count(write: true, fetch: false, bytes: count, failed: false, latency: latency)
        memory?._withUnsafeGuaranteedRef { $0.noteWrite(to: pointer, count: count, by: initiator) }
    }

    /// Restricts the grant to the window `first...last` and moves it, so that `first` becomes `address`. Routers
    /// translate with it. The window and the grant must have a byte in common.
    mutating func clip(first: UInt64, last: UInt64, movedTo address: UInt64) {
        let from = max(start, first)
        let to = min(end, last)
        base += Int(truncatingIfNeeded: from &- start)
        // Wrapping: a window may lie at a lower address than the range that it shows.
        start = from &- first &+ address
        end = to &- first &+ address
    }
}

extension UnsafeMutableRawPointer {
    /// Copies; the widths of machine accesses without a call.
    @inlinable @inline(__always) func copy(from source: UnsafeRawPointer, count: Int) {
        if count == 8 {
            storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
        } else if count == 4 {
            storeBytes(of: source.loadUnaligned(as: UInt32.self), as: UInt32.self)
        } else if count == 2 {
            storeBytes(of: source.loadUnaligned(as: UInt16.self), as: UInt16.self)
        } else if count == 1 {
            storeBytes(of: source.loadUnaligned(as: UInt8.self), as: UInt8.self)
        } else {
            copyMemory(from: source, byteCount: count)
        }
    }
}
