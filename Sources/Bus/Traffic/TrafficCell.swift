public import TandemKernel

/// What one initiator has done at one target. Its address is stable for the life of the initiator's socket, so that
/// direct-memory grants and translated code count in it too.
///
/// An access that ends in an error counts as an access and an error, and moves no bytes.
@frozen public struct TrafficCell: Equatable, Sendable {
    public var reads: UInt64 = 0
    public var writes: UInt64 = 0
    /// Reads that fetch instructions; they are not counted as reads.
    public var fetches: UInt64 = 0
    public var readBytes: UInt64 = 0
    public var writeBytes: UInt64 = 0
    public var fetchBytes: UInt64 = 0
    public var errors: UInt64 = 0
    /// Time that the accesses added to the initiator's, in picoseconds.
    public var latencyPicoseconds: UInt64 = 0

    @inlinable public init() {}

    /// Counts one access. All counters wrap: 2^64 is out of reach of a run.
    @inlinable @inline(__always) public mutating func count(
        write isWrite: Bool, fetch isFetch: Bool, bytes: Int, failed: Bool, latency: SimTime
    ) {
        let kind = isWrite ? 1 : isFetch ? 2 : 0
        latencyPicoseconds &+= latency.picoseconds
        // SAFETY: a frozen struct of UInt64 only: three counts of accesses, then three of bytes, in the order of `kind`.
        withUnsafeMutableBytes(of: &self) { buffer in
            let counters = buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt64.self)
            counters[kind] &+= 1
            guard !failed else { return Self.countError(counters + 6) }
            counters[kind &+ 3] &+= UInt64(truncatingIfNeeded: bytes)
        }
    }

    // Not inlined, so that whoever expects no errors branches instead of computing how much to add to which counter.
    @usableFromInline @inline(never) static func countError(_ errors: UnsafeMutablePointer<UInt64>) {
        errors.pointee &+= 1
    }

    /// Bytes moved, in all.
    public var bytes: UInt64 { readBytes &+ writeBytes &+ fetchBytes }
    /// Accesses, in all.
    public var accesses: UInt64 { reads &+ writes &+ fetches }

    /// Whether nothing has been counted.
    @inlinable public var isZero: Bool { reads | writes | fetches == 0 }
}

/// A cell with the names of its two ends, for reports.
public struct TrafficRecord: Equatable, Sendable {
    /// Path of the initiator's module, with the socket's name when the module has several.
    public var initiator: String
    /// Path of the target's module, with the socket's name when the module has several.
    public var target: String
    public var cell: TrafficCell

    public init(initiator: String, target: String, cell: TrafficCell) {
        self.initiator = initiator
        self.target = target
        self.cell = cell
    }

    public var reads: UInt64 { cell.reads }
    public var writes: UInt64 { cell.writes }
    public var fetches: UInt64 { cell.fetches }
    public var readBytes: UInt64 { cell.readBytes }
    public var writeBytes: UInt64 { cell.writeBytes }
    public var fetchBytes: UInt64 { cell.fetchBytes }
    public var errors: UInt64 { cell.errors }
    public var latency: SimTime { SimTime(picoseconds: cell.latencyPicoseconds) }
}
