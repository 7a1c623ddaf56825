import Synchronization

/// The coroutine stacks of the process, for the handler of faults: a signal has one handler, whoever's stack overflowed.
///
/// A list that only grows: entries are published with a store of the head and reused when their slab is gone, so that the
/// handler can walk it at any moment without a lock.
enum StackRegistry {
    /// One slab. Its `base` is zero while the entry is free.
    struct Entry: Sendable {
        // SAFETY: nodes are never freed and all their changing fields are atomic.
        fileprivate nonisolated(unsafe) let node: UnsafeMutablePointer<Node>
    }

    fileprivate struct Node: ~Copyable {
        let next: UInt
        let isTaken = Atomic<Bool>(true)
        let base: Atomic<UInt>
        let stride: Atomic<Int>
        let count: Atomic<Int>
    }

    /// The address of the first node.
    private static let head = Atomic<UInt>(0)

    static func add(base: UnsafeMutableRawPointer, stride: Int, count: Int) -> Entry {
        var next = head.load(ordering: .acquiring)
        var candidate = next
        while let node = UnsafeMutablePointer<Node>(bitPattern: candidate) {
            if node.pointee.isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged {
                node.pointee.stride.store(stride, ordering: .relaxed)
                node.pointee.count.store(count, ordering: .relaxed)
                node.pointee.base.store(UInt(bitPattern: base), ordering: .releasing)
                return Entry(node: node)
            }
            candidate = node.pointee.next
        }
        let node = UnsafeMutablePointer<Node>.allocate(capacity: 1)
        while true {
            node.initialize(
                to: Node(next: next, base: Atomic(UInt(bitPattern: base)), stride: Atomic(stride), count: Atomic(count))
            )
            let result = head.compareExchange(
                expected: next, desired: UInt(bitPattern: node), ordering: .acquiringAndReleasing)
            if result.exchanged { return Entry(node: node) }
            node.deinitialize(count: 1)
            next = result.original
        }
    }

    static func remove(_ entry: Entry) {
        entry.node.pointee.base.store(0, ordering: .releasing)
        entry.node.pointee.isTaken.store(false, ordering: .releasing)
    }

    /// The control block of the stack into whose guard `address` falls, and the size of that stack. Async-signal-safe.
    static func overflowed(at address: UInt) -> (control: UnsafeMutablePointer<CoroutineControl>, stackSize: Int)? {
        var candidate = head.load(ordering: .acquiring)
        while let node = UnsafeMutablePointer<Node>(bitPattern: candidate) {
            let base = node.pointee.base.load(ordering: .acquiring)
            let stride = node.pointee.stride.load(ordering: .relaxed)
            let count = node.pointee.count.load(ordering: .relaxed)
            if base != 0, address >= base, address < base + UInt(stride * count),
                let start = UnsafeMutableRawPointer(bitPattern: base)
            {
                let index = Int(address - base) / stride
                guard Int(address - base) % stride < StackSlab.guardSize else { return nil }
                return (StackSlab.control(base: start, stride: stride, index: index), stride - StackSlab.guardSize)
            }
            candidate = node.pointee.next
        }
        return nil
    }
}
