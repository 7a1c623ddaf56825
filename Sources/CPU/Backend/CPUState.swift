/// The state that executing blocks reads and writes: plain memory at one address for the life of the CPU.
///
/// All times are picoseconds relative to the kernel's `now`.
///
/// ```
/// now ────────────── localTime ───────────────── limit
///      ran ahead by             may start instructions until
/// ```
struct CPUState {
    /// Local offset at the end of the block being executed, as if it ran to its end without device latencies.
    var localTime: Int64 = 0
    /// Instructions may start while the local offset is below this.
    var limit: Int64 = 0
    /// Instructions retired, counting the block being executed as finished.
    var retired: UInt64 = 0
    /// Why a slow path wants the block to be left; see `ExitRequest`.
    var exitRequest: UInt64 = 0
    /// The mode bits that blocks are found under.
    var mode: UInt32 = 0
    /// The soft-TLB's table of the regime that data accesses use now.
    var table: UnsafeMutablePointer<TLBEntry>
    /// `(address >> 7) & tableMask` is the offset of an address's entry in `table`, in bytes. The size of the table
    /// changes at run time.
    var tableMask: UInt64
    /// Names the set of fetch translations of the present privilege. While it is the same, every address that code was
    /// fetched from still leads to the same place; where the same set is valid again, so is the name.
    var fetchEpoch: UInt64 = 1
    var jumpCache: UnsafeMutablePointer<JumpCache.Entry>
    /// The block being executed.
    var block: BlockPointer?
}

/// What a slow path asks for when it returns to a block.
enum ExitRequest {
    /// Go on.
    static let none: UInt64 = 0
    /// The instruction trapped: it has no effect, and the block ends before it.
    static let trap: UInt64 = 1
    /// The block ends after the instruction.
    static let leave: UInt64 = 2
}

/// What executing blocks needs from the guest's CPU. All calls come from slow paths.
protocol GuestRuntime: AnyObject {
    /// Reads `width` bytes in little-endian order at a guest virtual address for the instruction at boundary `index`.
    func loadSlowly(_ address: UInt64, width: Int, index: Int) -> UInt64
    func storeSlowly(_ address: UInt64, _ value: UInt64, width: Int, index: Int)
    /// A read-modify-write; returns the old value as `width` bytes, zero-extended.
    func atomicSlowly(
        _ operation: IROpcode, _ address: UInt64, _ value: UInt64, width: Int, order: ByteOrder, index: Int
    ) -> UInt64
    func loadReserved(_ address: UInt64, width: Int, order: ByteOrder, index: Int) -> UInt64
    /// Returns 0 if the store was done, 1 if not.
    func storeConditional(_ address: UInt64, _ value: UInt64, width: Int, order: ByteOrder, index: Int) -> UInt64
    /// Runs one of the guest's own functions in the middle of a block.
    func call(function: UInt16, argument: UInt32, _ a: UInt64, _ b: UInt64, index: Int) -> UInt64
    /// Runs one of the guest's own functions at the end of a block; it sets the program counter or raises a trap.
    func exit(function: UInt16, argument: UInt32, index: Int)
}
