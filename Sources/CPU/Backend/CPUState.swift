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

    /// A limit that lets nothing start. Far from the ends of the range, so that differences of times do not overflow.
    static let stopped = Int64.min / 4
    /// Picoseconds of `localTime` that are not the cost of an instruction: latencies, and cycles of what did not retire.
    var waited: Int64 = 0
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
    /// Where the next block or unit that is executed for the first time since the last fold is noted, while that is wanted.
    var listed: UnsafeMutablePointer<BlockPointer>?

    // MARK: What generated code alone uses

    /// The value of its base register: see `X64Registers`.
    var memoryBase: UInt64 = 0
    /// The cost of an instruction − 1.
    var budgetBias: Int64 = 0
    /// Where computed jumps go.
    var targets: UnsafeMutablePointer<UnitTarget>?
    var codeBase: UInt = 0
    /// Registers of devices that need no slow path.
    var directReads: UnsafeMutablePointer<DirectReadSlot>?
    var access: UnsafeMutablePointer<AccessState>?
    /// The scheduler's.
    var horizonGeneration: UnsafePointer<UInt64>?
    /// The object behind `functions`.
    var context: UnsafeMutableRawPointer?
    /// The slow paths, in the order of `SlowCall.Function`.
    var functions = SlowFunctions()
    /// The host address of a reservation that generated code has made and that nobody else knows of yet, + 1 if it is of
    /// eight bytes; 0 for none.
    var localReservation: UInt64 = 0
    /// Not 0 while the bus may know of a reservation.
    var holdsReservation: UInt64 = 0
    /// The immediate of a `guestCall`, or the fields of an operation, for a slow path.
    var callImmediate: UInt64 = 0
    /// The third operand of an operation for a slow path.
    var thirdOperand: UInt64 = 0
    /// Control and status of the host's floating point: all exceptions masked, round to nearest; the flags are those of
    /// guest code that `Place.floatFlags` does not know yet.
    var mxcsr: UInt32 = CPUState.quietMXCSR
    var savedRegisters: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
    var savedVectors: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    /// All exceptions masked, round to nearest, no flags (AMD64 Architecture Programmer's Manual 1, §4.2.2).
    static let quietMXCSR: UInt32 = 0x1f80

    /// Memory for the frame of places with the state behind it, so that generated code reaches both from one register.
    static func allocate(
        _ state: CPUState
    ) -> (frame: UnsafeMutablePointer<UInt64>, state: UnsafeMutablePointer<CPUState>) {
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: offsetFromFrame + MemoryLayout<CPUState>.size, alignment: 64)
        let frame = bytes.bindMemory(to: UInt64.self, capacity: Place.count)
        frame.initialize(repeating: 0, count: Place.count)
        let place = (bytes + offsetFromFrame).bindMemory(to: CPUState.self, capacity: 1)
        place.initialize(to: state)
        return (frame, place)
    }

    /// Gives back what `allocate` returned.
    static func deallocate(_ frame: UnsafeMutablePointer<UInt64>) { UnsafeMutableRawPointer(frame).deallocate() }

    /// Bytes from the frame to the state.
    static let offsetFromFrame = Place.count * MemoryLayout<UInt64>.stride
}

/// The addresses of the functions that generated code calls, in the order of `SlowCall.Function`.
struct SlowFunctions {
    /// Context, address or first operand, packed `SlowCall`, value or second operand.
    typealias Function = @convention(c) (UnsafeMutableRawPointer, UInt64, UInt32, UInt64) -> UInt64

    var load: Function?
    var store: Function?
    var atomic: Function?
    var loadReserved: Function?
    var storeConditional: Function?
    var guestCall: Function?
    var operation: Function?
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
