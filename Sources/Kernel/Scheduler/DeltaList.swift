/// The pending delta notifications, first in first out.
struct DeltaList: ~Copyable {
    private var tags: UnsafeMutablePointer<NodeTag>
    private var capacity = 16
    private var end = 0
    /// How many were taken back and still stand here; fewer than `end`, unless both are zero.
    private var void = 0

    init() { tags = .allocate(capacity: capacity) }

    deinit { tags.deallocate() }

    @inline(__always) var isEmpty: Bool { end == 0 }

    @inline(__always) var isFull: Bool { end == capacity }

    /// Puts in an idle node.
    @inline(__always) mutating func append(_ node: NodePointer) {
        if end == capacity { return growAndAppend(node) }
        node.pointee.state = .delta
        tags[end] = NodeTag(node)
        end &+= 1
    }

    @inline(never) private mutating func growAndAppend(_ node: NodePointer) {
        grow()
        append(node)
    }

    /// Takes back a node that stands here, or in what was taken out by `takeAll`.
    @inline(__always) mutating func cancel(_ node: NodePointer) {
        let tag = NodeTag(node)
        node.pointee.state = .idle
        node.pointee.generation &+= 1
        if end == 0 { return }
        if tags[end &- 1] == tag { end &-= 1 } else { void &+= 1 }
        if void == end {
            end = 0
            void = 0
        } else if void > 64 && void > end / 2 {
            dropVoid()
        }
    }

    /// The only entry, if there is exactly one.
    @inline(__always) var only: NodePointer? { end == 1 ? tags[0].node : nil }

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
        let tag = tags[index]
        return tag.isLive ? tag.node : nil
    }

    /// Rearranges what stands here by `permutation`.
    mutating func permute(_ permutation: inout OrderPermutation) {
        dropVoid()
        permutation.shuffle(UnsafeMutableBufferPointer(start: tags, count: end))
    }

    func forEach(_ body: (NodePointer) -> Void) {
        for index in 0..<end where tags[index].isLive { body(tags[index].node) }
    }

    /// Makes every node idle.
    mutating func removeAll() {
        forEach { $0.pointee.state = .idle }
        _ = takeAll()
    }

    private mutating func grow() {
        let grown = UnsafeMutablePointer<NodeTag>.allocate(capacity: capacity * 2)
        grown.moveInitialize(from: tags, count: end)
        tags.deallocate()
        tags = grown
        capacity *= 2
    }

    @inline(never) mutating func dropVoid() {
        var kept = 0
        for index in 0..<end where tags[index].isLive {
            tags[kept] = tags[index]
            kept &+= 1
        }
        end = kept
        void = 0
    }
}
