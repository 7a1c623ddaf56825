/// A transaction that outlives the call that it was made in: a handle to a slot of a `TransactionPool`. Copying the handle
/// is free and counts nothing; who keeps the transaction beyond a call says `acquire`, and `release` when done. After the
/// last release the slot goes back to the pool, and handles of before are recognised as stale.
@frozen public struct PooledTransaction: Equatable {
    // SAFETY: slots live until their pool has ended and nobody holds one.
    @usableFromInline let slot: UnsafeMutablePointer<TransactionSlot>
    @usableFromInline let generation: UInt32

    @inlinable init(slot: UnsafeMutablePointer<TransactionSlot>, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    @inlinable public static func == (left: PooledTransaction, right: PooledTransaction) -> Bool {
        left.slot == right.slot && left.generation == right.generation
    }

    /// What IEEE 1666 calls the generic payload. Its place in memory does not change while somebody holds it.
    @inlinable public var payload: Transaction {
        _read { yield slot.pointee.payload }
        nonmutating _modify { yield &slot.pointee.payload }
    }

    /// Whether somebody holds it: the handle is not stale.
    @inlinable public var isHeld: Bool { slot.pointee.generation == generation && slot.pointee.references > 0 }

    /// How many hold it; 0 of a stale handle.
    public var referenceCount: Int { isHeld ? Int(slot.pointee.references) : 0 }

    /// From 1 on, in the order in which the pool made its transactions.
    public var number: Int { slot.pointee.number }

    /// Whether a hop of it is not over.
    public var isInFlight: Bool { isHeld && slot.pointee.hopCount > 0 }

    /// Holds it. Doing so with a stale handle fails the run, with the path of the pool.
    @inlinable public func acquire() {
        guard isHeld else { return refuse("acquired") }
        slot.pointee.references &+= 1
    }

    /// Lets go; the last one gives it back to the pool. One release too many fails the run, with the path of the pool.
    @inlinable public func release() {
        guard isHeld else { return refuse("released") }
        slot.pointee.references &-= 1
        if slot.pointee.references == 0 { recycle() }
    }

    @inlinable func recycle() {
        slot.pointee.storage._withUnsafeGuaranteedRef { $0.recycle(self) }
    }

    @usableFromInline @inline(never) func refuse(_ deed: String) {
        slot.pointee.storage.takeUnretainedValue().refuseStale(self, deed)
    }

    /// The target socket `id` receives the request.
    @inlinable func arrive(at id: TargetID) {
        slot.pointee.payload.target = id
        if slot.pointee.hopCount > 0 { slot.pointee.hops[slot.pointee.hopCount &- 1].target = id }
    }

    /// "transaction 3 (write of 4 bytes at 0x40)".
    public var summary: String {
        let payload = "\(slot.pointee.payload.command) of \(slot.pointee.payload.count) bytes"
        return "transaction \(number) (\(payload) at \(hexadecimal(slot.pointee.payload.address)))"
    }
}
