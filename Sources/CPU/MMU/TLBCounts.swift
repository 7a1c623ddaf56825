import TandemBus

/// What accesses by one entry of a soft-TLB did, while traffic is counted by page. Translated code adds to it with one
/// instruction: a lane holds the number of accesses in its low bits and their bytes above.
///
/// There are two lanes for each direction, which compiled code uses in turn: an addition waits for the one before it in the
/// same lane.
struct TLBCounts {
    private var reads: (UInt64, UInt64) = (0, 0)
    private var writes: (UInt64, UInt64) = (0, 0)

    /// Bits of the number of accesses. The word for 8 bytes still is a 32-bit immediate.
    private static let countBits: UInt64 = 27
    /// After so many instructions at most, each of which reads and writes once, the lanes must be emptied.
    static let longestInterval: UInt64 = 1 << 26

    /// What an access of `width` bytes adds to a lane.
    @inline(__always)
    static func increment(_ width: Int) -> UInt64 { 1 | UInt64(truncatingIfNeeded: width) &<< countBits }

    /// Bytes from an entry to the lane for a direction.
    static func offset(isWrite: Bool, lane: Int) -> Int { TLBTable.countsOffset + (isWrite ? 16 : 0) + 8 * (lane & 1) }

    /// The counters of an entry that stands in a table.
    @inline(__always)
    static func of(_ entry: UnsafeMutablePointer<TLBEntry>) -> UnsafeMutablePointer<TLBCounts> {
        // SAFETY: tables have room for counters at that distance from their entries.
        (UnsafeMutableRawPointer(entry) + TLBTable.countsOffset).assumingMemoryBound(to: TLBCounts.self)
    }

    @inline(__always)
    mutating func addRead(_ width: Int) { reads.0 &+= Self.increment(width) }
    @inline(__always)
    mutating func addWrite(_ width: Int) { writes.0 &+= Self.increment(width) }

    @inline(__always)
    var isZero: Bool { reads.0 | reads.1 | writes.0 | writes.1 == 0 }

    /// Brings everything to a page.
    mutating func move(to cell: UnsafeMutablePointer<TrafficCell>) {
        let mask: UInt64 = 1 << Self.countBits - 1
        cell.pointee.reads &+= (reads.0 & mask) &+ (reads.1 & mask)
        cell.pointee.readBytes &+= (reads.0 &>> Self.countBits) &+ (reads.1 &>> Self.countBits)
        cell.pointee.writes &+= (writes.0 & mask) &+ (writes.1 & mask)
        cell.pointee.writeBytes &+= (writes.0 &>> Self.countBits) &+ (writes.1 &>> Self.countBits)
        self = TLBCounts()
    }
}
