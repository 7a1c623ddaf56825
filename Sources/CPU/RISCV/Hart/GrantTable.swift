import TandemBus

/// The direct-memory grants that a hart holds, by index: memory that never moves, read without counting references.
struct GrantTable: ~Copyable {
    // SAFETY: both are allocated in `init`, freed only in `deinit`; the first `count` grants are initialised.
    private let storage: UnsafeMutablePointer<DirectMemory>
    private let counter: UnsafeMutablePointer<Int>

    init() {
        storage = .allocate(capacity: TLBEntry.grantLimit)
        counter = .allocate(capacity: 1)
        counter.initialize(to: 0)
    }

    deinit {
        storage.deallocate()
        counter.deallocate()
    }

    var count: Int { counter.pointee }
    var isFull: Bool { count == TLBEntry.grantLimit }

    subscript(_ index: Int) -> DirectMemory {
        @inline(__always) _read { yield storage[index] }
    }

    func append(_ grant: DirectMemory) {
        precondition(!isFull, "a hart holds at most \(TLBEntry.grantLimit) grants")
        (storage + count).initialize(to: grant)
        counter.pointee += 1
    }

    func removeAll() { counter.pointee = 0 }
}
