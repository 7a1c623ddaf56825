/// One range of a flattened address space: what an access to it needs, in four words.
struct FlatRange {
    var start: UInt64
    /// Last address minus first.
    var extent: UInt64
    /// Added, wrapping, to an address to make one of the target.
    var delta: UInt64
    // SAFETY: the seat of the region's target socket, or of the router's holes; the view is rebuilt when either changes.
    var server: Unmanaged<BusServer>

    var end: UInt64 { start + extent }
}

/// An address space without overlaps: ranges in ascending order that cover every address once, holes included, and an
/// index that finds a range in a number of steps that does not depend on how many there are.
///
/// The index is a trie over the address bits: a root, then up to eight bits a level. A slot that lies in one range names it; any other
/// leads to a node that splits the slot further, if need be down to single bytes:
///
/// ```
/// address ──[root: up to 12 bits]──► range 3
///                  └──────[8 bits]──► range 4
///                            └──[8 bits]──► range 5 …
/// ```
/// Everything above the start of the last range belongs to that range and needs no index.
struct FlatView {
    // SAFETY: both buffers are written only in `init`. A copyable value, so that an access can read it without counting
    // references: the router that made it owns the buffers and frees them once, when it replaces the view or ends.
    let ranges: UnsafeMutablePointer<FlatRange>
    /// At least 0: index of a range. Below: the complement of where a node begins.
    private let slots: UnsafeMutablePointer<Int32>
    let count: Int
    private let rootShift: UInt64
    /// How many slots the root has.
    private let rootCount: UInt64

    /// The view of a router whose map has changed: holds nothing, and finds nothing in one step.
    static var none: FlatView { FlatView() }

    private init() {
        ranges = UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
        slots = UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
        count = 0
        rootShift = 0
        rootCount = 0
    }

    /// `covering` must be ascending and leave no address out.
    init(_ covering: [FlatRange]) {
        count = covering.count
        ranges = .allocate(capacity: count)
        for (index, range) in covering.enumerated() { (ranges + index).initialize(to: range) }
        let lastStart = covering[covering.count - 1].start
        let bits = 64 - lastStart.leadingZeroBitCount
        // How fine the boundaries are; where that takes not too many slots, the root alone finds every range.
        let grain = covering.reduce(lastStart) { $0 | $1.start }.trailingZeroBitCount
        let shift = UInt64(bits - grain <= 12 ? min(grain, 63) : max(bits - 10, 0))
        rootShift = shift
        rootCount = (lastStart >> shift) + 1
        var index = AddressTrie(covering)
        index.addNode(base: 0, shift: shift, count: Int(rootCount))
        slots = .allocate(capacity: index.slots.count)
        for (offset, slot) in index.slots.enumerated() { (slots + offset).initialize(to: slot) }
    }

    /// Frees the buffers; no copy of this value may be used afterwards.
    func free() {
        guard count > 0 else { return }
        ranges.deallocate()
        slots.deallocate()
    }

    /// The range of an address, if one step finds it: true of every address in a map whose boundaries are of like sizes.
    @inline(__always) func nearRange(of address: UInt64) -> UnsafeMutablePointer<FlatRange>? {
        let slot = address &>> rootShift
        guard slot < rootCount else { return nil }
        let entry = slots[Int(truncatingIfNeeded: slot)]
        return entry < 0 ? nil : ranges + Int(entry)
    }

    /// The range of an address. Not of `none`.
    @inline(__always) func range(of address: UInt64) -> UnsafeMutablePointer<FlatRange> {
        let slot = address >> rootShift
        guard slot < rootCount else { return ranges + (count - 1) }
        var entry = slots[Int(truncatingIfNeeded: slot)]
        var shift = rootShift
        while entry < 0 {
            let bits = min(shift, 8)
            shift &-= bits
            entry = slots[Int(~entry) &+ Int(truncatingIfNeeded: address &>> shift & ((1 &<< bits) &- 1))]
        }
        return ranges + Int(entry)
    }
}

/// Builds the index of a `FlatView`.
private struct AddressTrie {
    let ranges: [FlatRange]
    var slots: [Int32] = []

    init(_ ranges: [FlatRange]) { self.ranges = ranges }

    /// Appends a node of `count` slots of 2^shift addresses each, and all that hang from it. Returns where it begins.
    @discardableResult
    mutating func addNode(base: UInt64, shift: UInt64, count: Int) -> Int32 {
        let node = slots.count
        slots.append(contentsOf: repeatElement(0, count: count))
        for slot in 0..<count {
            let first = base + UInt64(slot) << shift
            let last = first + ((1 << shift) - 1)
            let range = rangeIndex(of: first)
            slots[node + slot] =
                ranges[range].end >= last ? Int32(range) : ~addNode(base: first, under: shift)
        }
        return Int32(node)
    }

    /// A node that splits a slot of 2^shift addresses.
    private mutating func addNode(base: UInt64, under shift: UInt64) -> Int32 {
        let bits = min(shift, 8)
        return addNode(base: base, shift: shift - bits, count: 1 << Int(bits))
    }

    private func rangeIndex(of address: UInt64) -> Int {
        var low = 0
        var high = ranges.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if ranges[middle].start <= address { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
