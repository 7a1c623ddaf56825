/// What a part of the guest has done: a function, or a process.
public struct GuestWork: Equatable, Sendable {
    /// Instructions that began, those that trapped included.
    public var instructions: UInt64 = 0
    /// Loads and stores as `TrafficCell` counts them, wherever they went. Fetches and page walks are not among them.
    public var reads: UInt64 = 0
    public var writes: UInt64 = 0
    public var readBytes: UInt64 = 0
    public var writeBytes: UInt64 = 0
    /// Those of them that went to targets which are no memory.
    public var deviceAccesses: UInt64 = 0
    /// Picoseconds that these took.
    public var deviceLatency: UInt64 = 0

    public init() {}

    /// Whether nothing was done. What was counted and taken back again is nothing.
    var isZero: Bool { self == GuestWork() }

    /// Adds so many executions of a piece of code.
    mutating func add(_ share: WorkShare, times: UInt64) {
        instructions &+= times &* UInt64(share.count)
        reads &+= times &* UInt64(share.reads)
        writes &+= times &* UInt64(share.writes)
        readBytes &+= times &* UInt64(share.readBytes)
        writeBytes &+= times &* UInt64(share.writeBytes)
    }

    /// An instruction was counted so many times too often.
    mutating func takeBack(_ boundary: BlockBoundary, times: UInt64) {
        instructions &-= times
        reads &-= times &* UInt64(boundary.reads)
        writes &-= times &* UInt64(boundary.writes)
        readBytes &-= times &* UInt64(boundary.reads) &* UInt64(boundary.readWidth)
        writeBytes &-= times &* UInt64(boundary.writes) &* UInt64(boundary.writeWidth)
    }

    /// One load or store more, or, with a negative number, one less.
    mutating func add(isWrite: Bool, bytes: Int, times: Int64) {
        let times = UInt64(bitPattern: times)
        if isWrite {
            writes &+= times
            writeBytes &+= times &* UInt64(truncatingIfNeeded: bytes)
        } else {
            reads &+= times
            readBytes &+= times &* UInt64(truncatingIfNeeded: bytes)
        }
    }
}

/// What one execution of neighbouring instructions of a block does, which belong to one function.
struct WorkShare {
    /// The number of the function in the hart's table.
    var function: Int32 = 0
    /// The first of the instructions, and how many.
    var first: UInt16 = 0
    var count: UInt16 = 0
    var reads: UInt16 = 0
    var writes: UInt16 = 0
    var readBytes: UInt16 = 0
    var writeBytes: UInt16 = 0

    mutating func add(_ boundary: BlockBoundary) {
        count += 1
        reads += UInt16(boundary.reads)
        writes += UInt16(boundary.writes)
        readBytes += UInt16(boundary.reads) * UInt16(boundary.readWidth)
        writeBytes += UInt16(boundary.writes) * UInt16(boundary.writeWidth)
    }
}

/// A function of the guest and what it did on one hart.
public struct FunctionRecord: Equatable, Sendable {
    /// The path of the hart.
    public var hart: String
    /// Its name; of code that no symbol names, “user” or the page, as in “[0x80200000]”.
    public var name: String
    /// Where it begins; nothing for “user”.
    public var address: UInt64?
    public var work: GuestWork
}

/// An address space of the guest and what was done in it on one hart.
public struct ProcessRecord: Equatable, Sendable {
    public enum Privilege: String, Sendable {
        case user, supervisor, machine
    }

    /// The path of the hart.
    public var hart: String
    /// The physical address of its root page table; nothing where addresses are not translated, as in machine mode.
    public var root: UInt64?
    /// Its identifier (ASID); nothing as above.
    public var space: UInt64?
    public var privilege: Privilege
    public var work: GuestWork
}
