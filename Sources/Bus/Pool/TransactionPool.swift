public import TandemKernel

/// Where transactions that are not blocking come from and go back to. Grows to the most that were held at once, and then
/// allocates nothing. A stored property of a module.
public final class TransactionPool {
    /// The name within the module.
    public let name: String
    @usableFromInline let storage: TransactionStorage

    /// - Parameters:
    ///   - bufferSize: bytes for data that each transaction brings along; 0 for none.
    ///   - byteEnables: whether it brings bytes for byte enables too, as many as for data.
    public init(_ name: String, in owner: Module, bufferSize: Int = 0, byteEnables: Bool = false) {
        self.name = name
        let path = owner.path.isEmpty ? name : "\(owner.path).\(name)"
        storage = TransactionStorage(path, owner.simulation, bufferSize: bufferSize, byteEnables: byteEnables)
        PhaseDirectory.of(owner.simulation).add(storage)
    }

    /// A pool of the module that `context` describes. The parameters are those of `init(_:in:bufferSize:byteEnables:)`.
    public init(_ name: String, _ context: ModuleContext, bufferSize: Int = 0, byteEnables: Bool = false) {
        self.name = name
        storage = TransactionStorage(
            "\(context.path).\(name)", context.simulation, bufferSize: bufferSize, byteEnables: byteEnables)
        PhaseDirectory.of(context.simulation).add(storage)
    }

    deinit { storage.abandon() }

    /// The path of the module and the name.
    public var path: String { storage.path }

    /// A transaction with the defaults of the standard (§14.5), held once.
    public func take() -> PooledTransaction {
        let transaction = storage.take()
        transaction.slot.pointee.payload.clear()
        return transaction
    }

    /// A transaction with data of the caller, held once. Everything is set but extensions that were left on it.
    @inlinable public func take(
        _ command: Command, address: UInt64, data: UnsafeMutableRawPointer, count: Int,
        attributes: Attributes = Attributes()
    ) -> PooledTransaction {
        let transaction = storage.take()
        transaction.slot.pointee.payload.set(
            command, address: address, data: data, count: count, attributes: attributes)
        return transaction
    }

    /// A transaction with the pool's own data, and its own byte enables if it has any; held once. The buffers grow to
    /// `count` if they are smaller, and keep what was in them.
    public func take(
        _ command: Command, address: UInt64, count: Int, attributes: Attributes = Attributes()
    ) -> PooledTransaction {
        let transaction = storage.take()
        storage.provideBuffers(transaction.slot, count: count)
        let data = transaction.slot.pointee.buffer ?? Transaction.noData
        transaction.slot.pointee.payload.set(
            command, address: address, data: data, count: count, attributes: attributes)
        if let enables = transaction.slot.pointee.enables {
            transaction.slot.pointee.payload.byteEnables = UnsafePointer(enables)
            transaction.slot.pointee.payload.byteEnableCount = count
        }
        return transaction
    }

    /// The pool's own byte enables of a transaction; nil if it has none.
    public func byteEnables(of transaction: PooledTransaction) -> UnsafeMutablePointer<UInt8>? {
        transaction.slot.pointee.enables
    }

    /// Called each time that a transaction comes back, before its automatic extensions are released.
    public func onRecycle(_ body: @escaping (PooledTransaction) -> Void) { storage.onRecycle = body }

    // MARK: Accounts

    /// How many transactions the pool has made.
    public var size: Int { storage.slots.count }

    /// Those that somebody holds, by number.
    public var outstanding: [PooledTransaction] { storage.outstanding }

    /// One line for each transaction that somebody holds although none of its hops is under way: released once too seldom,
    /// if the simulation is at rest. Those that are still held when the pool ends are written to the log.
    public var leaks: [Diagnosis] { storage.leaks }
}
