import Glibc

/// Huge pages of the host for memory that is in use densely.
///
/// A mapping starts with small pages, so that what nobody touches costs nothing. Once nearly all pages of an aligned piece
/// were touched, one huge page in their place saves the host's TLB, which a guest that wanders through its memory feels.
public struct HugePages: ~Copyable {
    /// Bytes of a huge page of x86-64 and of most AArch64 hosts.
    public static let size = 2 << 20

    /// A piece becomes a huge page when at most this many of its 512 pages are untouched.
    private static let tolerated = 8
    /// Looking at all pieces waits for this many page faults since the last time, and for a quarter of all so far.
    private static let leastFaults = 1024

    // Not in the Glibc module: it hides what is not POSIX.
    private static let madviseHugePage: Int32 = 14
    private static let madviseCollapse: Int32 = 25

    private let base: UnsafeMutableRawPointer
    private let pieceCount: Int
    private let isHuge: UnsafeMutablePointer<Bool>
    private var faultsSeen = 0
    /// The host's kernel cannot do it (Linux can since 6.1).
    private var isImpossible = false

    /// For the `byteCount` bytes at `base`, whose pages stay small until `condense`. They must stay mapped as long as the
    /// value lives.
    public init(base: UnsafeMutableRawPointer, byteCount: Int) {
        self.base = base
        pieceCount = UInt(bitPattern: base) % UInt(Self.size) == 0 ? byteCount / Self.size : 0
        isHuge = .allocate(capacity: max(pieceCount, 1))
        isHuge.initialize(repeating: false, count: max(pieceCount, 1))
    }

    deinit { isHuge.deallocate() }

    /// Gives densely touched pieces huge pages, if enough has been touched since the last call to make a look worth it.
    /// Nothing that the program can see changes but its speed.
    public mutating func condense() {
        guard pieceCount > 0, !isImpossible else { return }
        let faults = Self.minorFaults()
        guard faults - faultsSeen >= max(Self.leastFaults, faultsSeen / 4) else { return }
        faultsSeen = faults
        let pages = Self.size / Page.size
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pages) { states in
            guard let start = states.baseAddress else { return }
            for piece in 0..<pieceCount where !isHuge[piece] {
                let place = base + piece * Self.size
                guard mincore(place, Self.size, start) == 0 else { return }
                var missing = 0
                for index in 0..<pages where states[index] & 1 == 0 { missing += 1 }
                guard missing <= Self.tolerated else { continue }
                madvise(place, Self.size, Self.madviseHugePage)
                // There may be no huge page free just now; the piece is not tried again.
                isHuge[piece] = true
                if madvise(place, Self.size, Self.madviseCollapse) != 0, errno == EINVAL {
                    isImpossible = true
                    return
                }
            }
        }
    }

    private static func minorFaults() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_minflt
    }
}
