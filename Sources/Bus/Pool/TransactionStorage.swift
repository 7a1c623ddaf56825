import TandemKernel

/// What taking and giving back touches.
@frozen @usableFromInline struct FreeTransactions {
    @usableFromInline var first: UnsafeMutablePointer<TransactionSlot>?
    /// How many somebody holds.
    @usableFromInline var held = 0
    @usableFromInline var isObserved = false
    /// The pool has ended.
    @usableFromInline var isAbandoned = false

    init() {}
}

/// The slots of a pool. Outlives the pool while somebody holds a transaction, so that a late release is an error with a
/// place and never a crash.
@usableFromInline final class TransactionStorage: PhaseState {
    let path: String
    private let scheduler: Scheduler
    private let log: Log
    private let bufferSize: Int
    private let hasByteEnables: Bool
    /// In the order of their numbers.
    private(set) var slots: [UnsafeMutablePointer<TransactionSlot>] = []
    // SAFETY: allocated here, freed only in `deinit`.
    @usableFromInline let free: UnsafeMutablePointer<FreeTransactions> = .allocate(capacity: 1)
    var onRecycle: ((PooledTransaction) -> Void)? {
        didSet { free.pointee.isObserved = onRecycle != nil }
    }

    init(_ path: String, _ simulation: Simulation, bufferSize: Int, byteEnables: Bool) {
        self.path = path
        scheduler = simulation.scheduler
        log = simulation.log
        self.bufferSize = bufferSize
        hasByteEnables = byteEnables
        free.initialize(to: FreeTransactions())
    }

    deinit {
        for slot in slots {
            slot.deinitialize(count: 1)
            slot.deallocate()
        }
        free.deallocate()
    }

    // MARK: Taking and giving back

    @inlinable func take() -> PooledTransaction {
        let free = free
        let slot = free.pointee.first ?? makeSlot()
        free.pointee.first = slot.pointee.next
        free.pointee.held &+= 1
        slot.pointee.next = nil
        slot.pointee.references = 1
        return PooledTransaction(slot: slot, generation: slot.pointee.generation)
    }

    @inlinable func recycle(_ transaction: PooledTransaction) {
        if free.pointee.isObserved { observe(transaction) }
        transaction.slot.pointee.payload.reset()
        giveBack(transaction.slot)
        if free.pointee.isAbandoned { endIfUnused() }
    }

    @usableFromInline @inline(never) func observe(_ transaction: PooledTransaction) { onRecycle?(transaction) }

    @usableFromInline @inline(never) func endIfUnused() {
        if free.pointee.held == 0 { Unmanaged.passUnretained(self).release() }
    }

    @inlinable func giveBack(_ slot: UnsafeMutablePointer<TransactionSlot>) {
        let free = free
        slot.pointee.references = 0
        slot.pointee.generation &+= 1
        slot.pointee.hopCount = 0
        slot.pointee.next = free.pointee.first
        free.pointee.first = slot
        free.pointee.held &-= 1
    }

    @usableFromInline @inline(never) func makeSlot() -> UnsafeMutablePointer<TransactionSlot> {
        let slot = UnsafeMutablePointer<TransactionSlot>.allocate(capacity: 1)
        slot.initialize(to: TransactionSlot(storage: self, number: slots.count + 1))
        slots.append(slot)
        if bufferSize > 0 { provideBuffers(slot, count: bufferSize) }
        return slot
    }

    /// Makes the buffers of a slot at least `count` bytes long.
    func provideBuffers(_ slot: UnsafeMutablePointer<TransactionSlot>, count: Int) {
        let old = slot.pointee.bufferCount
        guard count > old else { return }
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        if let former = slot.pointee.buffer {
            buffer.copyMemory(from: former, byteCount: old)
            former.deallocate()
        }
        slot.pointee.buffer = buffer
        slot.pointee.bufferCount = count
        guard hasByteEnables else { return }
        let enables = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
        enables.initialize(repeating: 0xff, count: count)
        if let former = slot.pointee.enables {
            enables.update(from: former, count: old)
            former.deallocate()
        }
        slot.pointee.enables = enables
    }

    // MARK: Accounts

    var outstanding: [PooledTransaction] {
        slots.compactMap { slot in
            guard slot.pointee.references > 0 else { return nil }
            return PooledTransaction(slot: slot, generation: slot.pointee.generation)
        }
    }

    var leaks: [Diagnosis] {
        outstanding.filter { !$0.isInFlight }.map { leak(of: $0) }
    }

    private func leak(of transaction: PooledTransaction) -> Diagnosis {
        let count = transaction.referenceCount
        return Diagnosis(
            at: path, "\(transaction.summary) is held \(count == 1 ? "once" : "\(count) times") and not under way",
            expected: "a release for each acquire")
    }

    func end(_ directory: PhaseDirectory) {
        let leaked = outstanding.filter { !$0.isInFlight && !directory.keeps($0) }
        if let first = leaked.first {
            let leak = leak(of: first)
            let others = leaked.count > 1 ? ", and so are \(leaked.count - 1) more" : ""
            log.write(.error, at: leak.place, "\(leak.problem)\(others); expected \(leak.expected)")
        }
        onRecycle = nil
    }

    /// The pool ends. What is still held keeps the storage until it is released.
    func abandon() {
        free.pointee.isAbandoned = true
        onRecycle = nil
        if free.pointee.held > 0 { _ = Unmanaged.passRetained(self) }
    }

    func refuseStale(_ transaction: PooledTransaction, _ deed: String) {
        let slot = transaction.slot
        let reason = slot.pointee.references == 0 ? "is in its pool" : "has been given to somebody else since"
        let problem = "transaction \(slot.pointee.number) is \(deed) although it \(reason)"
        log.write(.error, at: path, problem)
        scheduler.fail(
            SimulationError(at: path, problem, time: scheduler.now, expected: "one release for each acquire"))
    }

    // MARK: PhaseState

    /// Nothing is under way any more, so nobody holds anything.
    func rewind() {
        for transaction in outstanding {
            transaction.slot.pointee.payload.reset()
            giveBack(transaction.slot)
        }
    }

    var snapshotRefusal: SnapshotError? {
        guard let transaction = outstanding.first else { return nil }
        return SnapshotError(
            at: path, "\(transaction.summary) is held", expected: "a moment at which no transaction is under way")
    }
}
