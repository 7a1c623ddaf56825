/// A pending delta notification. The address of the node has a word of its own: the next cycle begins with it, and
/// waits neither for the generation to be read nor for both to be parted.
private struct DeltaEntry {
    let node: NodePointer
    let generation: UInt16

    @inline(__always) init(_ node: NodePointer) {
        self.node = node
        generation = node.pointee.generation
    }

    /// Whether the notification has not been taken back.
    @inline(__always) var isLive: Bool { node.pointee.generation == generation }

    /// Whether it is the notification of `taken` that was taken back just now.
    @inline(__always) func isVoid(since taken: NodePointer) -> Bool {
        node == taken && generation &+ 1 == taken.pointee.generation
    }
}

/// The pending delta notifications, first in first out.
struct DeltaList: ~Copyable {
    private var entries: UnsafeMutablePointer<DeltaEntry>
    private var capacity = 16
    private var end = 0
    /// How many were taken back and still stand here; fewer than `end`, unless both are zero.
    private var void = 0

    init() { entries = .allocate(capacity: capacity) }

    deinit { entries.deallocate() }

    @inline(__always) var isEmpty: Bool { end == 0 }

    @inline(__always) var isFull: Bool { end == capacity }

    /// Puts an idle node into a list that is not full.
    @inline(__always) mutating func appendWithinCapacity(_ node: NodePointer) {
        node.pointee.state = .delta
        entries[end] = DeltaEntry(node)
        end &+= 1
    }

    /// Puts in an idle node.
    @inline(__always) mutating func append(_ node: NodePointer) {
        if isFull { grow() }
        appendWithinCapacity(node)
    }

    /// Takes back a node that stands here, or in what was taken out by `takeAll`.
    @inline(__always) mutating func cancel(_ node: NodePointer) {
        node.pointee.state = .idle
        node.pointee.generation &+= 1
        if end == 0 { return }
        if entries[end &- 1].isVoid(since: node) { end &-= 1 } else { void &+= 1 }
        if void == end {
            end = 0
            void = 0
        } else if void > 64 && void > end / 2 {
            dropVoid()
        }
    }

    /// The only entry, if there is exactly one.
    @inline(__always) var only: NodePointer? { end == 1 ? entries[0].node : nil }

    /// Takes out the only entry.
    @inline(__always) mutating func removeOnly() { end = 0 }

    /// Empties the list. Its entries stay readable until the next `append`; their number is returned.
    @inline(__always) mutating func takeAll() -> Int {
        defer {
            end = 0
            void = 0
        }
        return end
    }

    /// The entry at `index` of those taken out, unless it was taken back.
    @inline(__always) func taken(_ index: Int) -> NodePointer? {
        entries[index].isLive ? entries[index].node : nil
    }

    /// Rearranges what stands here by `permutation`.
    mutating func permute(_ permutation: inout OrderPermutation) {
        dropVoid()
        permutation.shuffle(UnsafeMutableBufferPointer(start: entries, count: end))
    }

    func forEach(_ body: (NodePointer) -> Void) {
        for index in 0..<end where entries[index].isLive { body(entries[index].node) }
    }

    /// Makes every node idle.
    mutating func removeAll() {
        forEach { $0.pointee.state = .idle }
        _ = takeAll()
    }

    @inline(never) private mutating func grow() {
        let grown = UnsafeMutablePointer<DeltaEntry>.allocate(capacity: capacity * 2)
        grown.moveInitialize(from: entries, count: end)
        entries.deallocate()
        entries = grown
        capacity *= 2
    }

    @inline(never) mutating func dropVoid() {
        var kept = 0
        for index in 0..<end where entries[index].isLive {
            entries[kept] = entries[index]
            kept &+= 1
        }
        end = kept
        void = 0
    }
}
