/// A place in the code of one ``Assembler`` that jumps can name before it is known.
@frozen
public struct Label: Equatable, Sendable {
    @usableFromInline let number: Int32

    @inlinable
    init(number: Int32) { self.number = number }
}

/// Where the labels of an assembler stand. Keeps its memory when it is cleared.
struct LabelTable: ~Copyable {
    /// A label that is bound has a position; one that is not has a chain of uses: each use's distance field holds the
    /// position of the use before it, so that no other storage is needed.
    struct Entry {
        var position: Int32
        var lastUse: Int32
    }

    /// In ``Entry``: not bound, or the end of the chain.
    static let none: Int32 = -1

    private(set) var entries: UnsafeMutablePointer<Entry>
    private(set) var count = 0
    private var capacity = 64

    init() {
        entries = .allocate(capacity: capacity)
    }

    deinit {
        entries.deallocate()
    }

    mutating func make() -> Label {
        if count == capacity { grow() }
        entries[count] = Entry(position: Self.none, lastUse: Self.none)
        count += 1
        return Label(number: Int32(truncatingIfNeeded: count - 1))
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: entries, count: count)
        entries.deallocate()
        entries = larger
        capacity *= 2
    }

    mutating func clear() { count = 0 }
}
