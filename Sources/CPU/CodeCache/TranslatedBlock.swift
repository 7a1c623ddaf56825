import TandemBus

/// What one run of a block does on the bus if every access goes to the hart's home RAM.
///
/// It is added once for each execution when the counters are read (`Hart.fold`); an access that traps or goes
/// elsewhere, and a block that is left early, take their share back.
struct AccessTally {
    /// How many accesses of 1, 2, 4 and 8 bytes.
    var reads = SIMD4<UInt16>()
    var writes = SIMD4<UInt16>()
    var fetches: UInt32 = 0
    var fetchBytes: UInt32 = 0

    /// The place of a width among the counts.
    static func place(_ width: Int) -> Int { width.trailingZeroBitCount & 3 }

    static func bytes(_ counts: SIMD4<UInt16>) -> UInt64 {
        UInt64(counts[0]) &+ 2 &* UInt64(counts[1]) &+ 4 &* UInt64(counts[2]) &+ 8 &* UInt64(counts[3])
    }

    static func count(_ counts: SIMD4<UInt16>) -> UInt64 {
        UInt64(counts[0]) &+ UInt64(counts[1]) &+ UInt64(counts[2]) &+ UInt64(counts[3])
    }
}

/// One guest instruction of a translated block: what is needed to leave the block there.
struct BlockBoundary {
    /// Distance of its address from the block's.
    var pcOffset: Int32
    /// Index of its first step in the portable code.
    var firstStep: UInt16
    var length: UInt8
    /// Accesses that the instruction makes: all reads have one width, and all writes.
    var reads: UInt8
    var writes: UInt8
    var readWidth: UInt8
    var writeWidth: UInt8
    /// Bus accesses that fetching it takes: 2 where it crosses a page.
    var fetches: UInt8
}

/// A page that the code of a unit over several pages stands in.
struct UnitPage {
    var virtual: UInt64
    var physical: UInt64
    /// What one execution of the unit fetches there.
    var fetches: UInt32 = 0
    var fetchBytes: UInt32 = 0
}

typealias BlockPointer = UnsafeMutablePointer<TranslatedBlock>

/// A block in the code cache. Plain memory, linked by pointers; `BlockTable` owns it.
///
/// Blocks are chained only within one guest page, so that a block can be dropped together with all blocks that jump
/// to it: everything in its page goes at once. What the portable back-end reads of every block stands first, and `BlockTable`
/// begins each at a line of the host's cache: cold code misses the caches with each block.
struct TranslatedBlock {
    // MARK: Read at each execution by the portable back-end: one line of the host's cache

    /// The portable back-end gives a block back to the dispatcher when it was executed this often.
    var hotAt: UInt64 = .max
    /// Times the block was entered.
    var executions: UInt64
    /// Picoseconds before the last instruction starts: the block may be entered whole while that is within the limit.
    var lastStart: Int64
    /// Picoseconds of the whole block, device latencies apart.
    var cost: Int64
    /// The part of `cost` that is the latency of fetches.
    var waited: Int64
    var code: UnsafeMutablePointer<PortableInstruction>
    /// Chained successors: taken (or only) and not taken.
    var takenLink: BlockPointer? = nil
    var otherLink: BlockPointer? = nil

    // MARK: Read when it is looked for or left

    /// Guest virtual address of the first instruction.
    var pc: UInt64
    /// Physical address of the first instruction.
    var physical: UInt64
    /// Physical page of the rest of the last instruction where that crosses into another page; `noPage` otherwise.
    var secondPage: UInt64
    /// The mode bits of the guest that the translation relies on.
    var mode: UInt32
    /// Guest instructions.
    var count: UInt32
    var boundaries: UnsafeMutablePointer<BlockBoundary>
    /// The next block in the same bucket of the table, and in the same physical page.
    var nextInBucket: BlockPointer? = nil
    var nextInPage: BlockPointer? = nil
    /// Where its fetches are counted: stable for the life of the socket, also when the grant ends. Nil: the code was fetched
    /// by transactions, which count themselves.
    var fetchCell: UnsafeMutablePointer<TrafficCell>?
    /// Picoseconds that each fetch takes, apart from its instruction.
    var fetchLatency: UInt64
    /// Whose cell that is.
    var fetchTarget = TargetID.none
    /// The grant by which it is fetched, where links have to know of that; otherwise −1.
    var fetchGrant: Int16 = -1
    /// Whether blocks may be chained to and from it.
    var isChainable: Bool
    /// False once it was dropped.
    var isValid = true
    var tally: AccessTally
    /// Of its executions, those that the counters know of. What lists itself counts from −1 on anew when it is folded, so
    /// that the first execution afterwards is known by its zero.
    var folded: UInt64 = 0
    /// All executions that the counters know of.
    var total: UInt64 = 0
    /// It stands in the list of what was executed; units know it by their count.
    var isListed = false
    /// What one execution does, by function, where that is wanted.
    var shares: UnsafeMutablePointer<WorkShare>? = nil
    var shareCount: UInt32 = 0

    // MARK: Tiers

    /// The compiled unit that starts here.
    var unit: BlockPointer? = nil

    /// Its unit is compiled without covers (`X64Covers`), because one did not hold.
    var avoidsCovers = false

    // MARK: Units alone

    /// A cover did not hold: the unit is to be compiled anew. Set by generated code.
    var hasMissedCover = false

    /// Where the generated code starts; 0 for blocks of the portable back-end.
    var entry: UInt = 0
    /// Exits to fixed addresses, in the order of their boundaries.
    var exits: UnitExitPointer? = nil
    var exitCount: UInt32 = 0
    /// The exits of other units that are linked to this one.
    var incoming: UnitExitPointer? = nil
    /// The guest function at its end and its argument, if it has one.
    var exitFunction: UInt16 = 0
    var exitArgument: UInt32 = 0
    /// The pages that its code stands in, where it spans several; its own is the first.
    var pages: UnsafeMutablePointer<UnitPage>? = nil
    var pageCount: UInt32 = 0
    /// Where the epoch that the pages were valid in is written, for units that span several.
    var epochSite: UnsafeMutableRawPointer? = nil
    /// It jumps back to its own start.
    var isLoop = false
    /// Host bytes of the generated code.
    var codeSize: UInt32 = 0

    /// Picoseconds of one instruction.
    var instructionTime: Int64 { cost &- lastStart }

    /// Whether a unit over several pages has code in physical page number `page`.
    func stands(inPage page: UInt64) -> Bool {
        guard let pages else { return false }
        return (0..<Int(pageCount)).contains { pages[$0].physical >> 12 == page }
    }

    static let noPage = UInt64.max

    /// Whether two addresses lie in one page of 4 KiB.
    static func samePage(_ a: UInt64, _ b: UInt64) -> Bool { (a ^ b) >> 12 == 0 }
}
