/// From a guest virtual address to its block, direct-mapped: the way of every jump that is not chained.
///
/// An entry is valid while the translation of addresses stands; whoever changes that clears the cache. The mode is
/// compared at every hit, so that a change of privilege needs no clearing.
struct JumpCache: ~Copyable {
    struct Entry {
        var pc: UInt64
        var block: BlockPointer?
    }

    static let indexBits = 13
    private static let count = 1 << indexBits

    let entries: UnsafeMutablePointer<Entry>
    private var isClear = true

    init() {
        entries = .allocate(capacity: Self.count)
        entries.initialize(repeating: Entry(pc: 0, block: nil), count: Self.count)
    }

    deinit { entries.deallocate() }

    @inline(__always)
    static func index(_ pc: UInt64) -> Int {
        Int(truncatingIfNeeded: ((pc &>> 1) ^ (pc &>> UInt64(indexBits + 1))) & UInt64(count - 1))
    }

    mutating func insert(_ block: BlockPointer) {
        isClear = false
        entries[Self.index(block.pointee.pc)] = Entry(pc: block.pointee.pc, block: block)
    }

    mutating func clear() {
        guard !isClear else { return }
        isClear = true
        entries.update(repeating: Entry(pc: 0, block: nil), count: Self.count)
    }
}
