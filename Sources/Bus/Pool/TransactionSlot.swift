internal import TandemKernel

/// One hop of a transaction that is not blocking: from an initiator's socket, a router or an adapter to the next target
/// socket. The list of hops is the way back.
@frozen @usableFromInline struct PhaseHop {
    /// Who takes the phases of the target: the origin, or a checker in front of it.
    // SAFETY: seats live as long as the module tree.
    @usableFromInline var upstream: Unmanaged<BackwardSeat>
    /// Who made the hop.
    @usableFromInline var origin: Unmanaged<BackwardSeat>
    /// Where phases of the initiator go on; only routers ask.
    @usableFromInline var downstream: Unmanaged<ForwardSeat>?
    /// The address as the upstream sees it.
    @usableFromInline var address: UInt64
    /// Added, wrapping, to make an address of the target; only routers set it.
    @usableFromInline var delta: UInt64
    /// When the request began, in picoseconds.
    @usableFromInline var begin: UInt64
    /// The socket that it leads to.
    @usableFromInline var target: TargetID
    /// The hop is not over.
    @usableFromInline var isActive: Bool
    /// The target has ended the hop already; what the upstream still sends stays here. Only routers ask.
    @usableFromInline var isCompletedBelow: Bool

    @inlinable init(upstream: Unmanaged<BackwardSeat>, address: UInt64, begin: UInt64) {
        self.upstream = upstream
        origin = upstream
        self.address = address
        self.begin = begin
        downstream = nil
        delta = 0
        target = .none
        isActive = true
        isCompletedBelow = false
    }
}

/// A transaction of a pool, with what belongs to it beside the payload: plain memory at an address that never changes.
@frozen @usableFromInline struct TransactionSlot: ~Copyable {
    @usableFromInline var payload: Transaction
    /// How many hold it; zero in the pool.
    @usableFromInline var references: UInt32 = 0
    /// Changes each time that it goes back to the pool, so that handles of before are recognised.
    @usableFromInline var generation: UInt32 = 0
    @usableFromInline var hops: UnsafeMutablePointer<PhaseHop>
    /// Hops up to the last that is active.
    @usableFromInline var hopCount = 0
    @usableFromInline var hopCapacity = 4
    /// The next in the pool, or the next in a queue of a router or an adapter.
    @usableFromInline var next: UnsafeMutablePointer<TransactionSlot>?
    /// When a queued transaction may go on, in picoseconds.
    @usableFromInline var readyTime: UInt64 = 0
    /// Bytes of the pool for data and byte enables, if it has any.
    @usableFromInline var buffer: UnsafeMutableRawPointer?
    @usableFromInline var enables: UnsafeMutablePointer<UInt8>?
    @usableFromInline var bufferCount = 0
    // SAFETY: the storage owns the slot, and outlives every transaction that is held.
    @usableFromInline let storage: Unmanaged<TransactionStorage>
    /// For messages: from 1 on, in the order in which the pool made them.
    @usableFromInline let number: Int

    init(storage: TransactionStorage, number: Int) {
        payload = Transaction()
        hops = .allocate(capacity: 4)
        self.storage = .passUnretained(storage)
        self.number = number
    }

    deinit {
        hops.deallocate()
        buffer?.deallocate()
        enables?.deallocate()
    }

    /// Adds the hop of an initiator and returns its index. What only routers ask for stays as it is.
    @inlinable mutating func push(_ seat: Unmanaged<BackwardSeat>, begin: UInt64) -> Int {
        let index = hopCount
        if index == hopCapacity { growHops() }
        let hop = hops + index
        hop.pointee.upstream = seat
        hop.pointee.origin = seat
        hop.pointee.begin = begin
        hop.pointee.target = .none
        hop.pointee.isActive = true
        hopCount = index &+ 1
        return index
    }

    /// Adds a hop and returns its index.
    @inlinable mutating func push(_ hop: PhaseHop) -> Int {
        if hopCount == hopCapacity { growHops() }
        (hops + hopCount).initialize(to: hop)
        hopCount &+= 1
        return hopCount &- 1
    }

    /// Ends a hop. The list shrinks to the last that is still active.
    @inlinable mutating func end(hop index: Int) {
        hops[index].isActive = false
        while hopCount > 0 && !hops[hopCount &- 1].isActive { hopCount &-= 1 }
    }

    /// The hop that `seat` made, or -1.
    @inlinable func hop(of seat: Unmanaged<BackwardSeat>) -> Int {
        var index = hopCount &- 1
        while index >= 0 {
            if hops[index].isActive && hops[index].origin.toOpaque() == seat.toOpaque() { break }
            index &-= 1
        }
        return index
    }

    /// The hop that leads to `target`, or -1.
    @inlinable func hop(to target: TargetID) -> Int {
        var index = hopCount &- 1
        while index >= 0 {
            if hops[index].isActive && hops[index].target == target { break }
            index &-= 1
        }
        return index
    }

    @usableFromInline @inline(never) mutating func growHops() {
        let grown = UnsafeMutablePointer<PhaseHop>.allocate(capacity: 2 * hopCapacity)
        grown.moveInitialize(from: hops, count: hopCount)
        hops.deallocate()
        hops = grown
        hopCapacity *= 2
    }
}
