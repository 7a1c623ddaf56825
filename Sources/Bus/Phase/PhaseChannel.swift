import TandemKernel

/// Requests, or responses, between one upstream and one downstream: one at a time (the exclusion rules of the base
/// protocol, IEEE 1666-2023 §15.2.6). Who finds it taken waits in line.
struct PhaseChannel {
    /// Who uses it; nil when it is free.
    var holder: UnsafeMutablePointer<TransactionSlot>?
    /// When the last user left, in picoseconds: may lie ahead, by an annotated delay.
    var freeTime: UInt64 = 0
    private var first: UnsafeMutablePointer<TransactionSlot>?
    private var last: UnsafeMutablePointer<TransactionSlot>?

    /// Takes the channel for `transaction`, which is ready at `time`; true if it may go, false if it waits in line.
    mutating func take(_ transaction: PooledTransaction, at time: UInt64) -> Bool {
        let slot = transaction.slot
        guard holder != nil else {
            holder = slot
            return true
        }
        slot.pointee.readyTime = time
        slot.pointee.next = nil
        if let last { last.pointee.next = slot } else { first = slot }
        last = slot
        return false
    }

    /// Puts the one in line first that can go earliest when the channel is free at `time`, of several the one whose turn
    /// comes first.
    mutating func bringForward(after time: UInt64, turn: (InitiatorID) -> UInt32) {
        var best: UnsafeMutablePointer<TransactionSlot>?
        var beforeBest: UnsafeMutablePointer<TransactionSlot>?
        var bestKey: (UInt64, UInt32) = (.max, .max)
        var before: UnsafeMutablePointer<TransactionSlot>?
        var next = first
        while let slot = next {
            let key = (max(slot.pointee.readyTime, time), turn(slot.pointee.payload.attributes.initiator))
            if best == nil || key < bestKey { (best, beforeBest, bestKey) = (slot, before, key) }
            before = slot
            next = slot.pointee.next
        }
        guard let best, let beforeBest else { return }
        beforeBest.pointee.next = best.pointee.next
        if last == best { last = beforeBest }
        best.pointee.next = first
        first = best
    }

    /// Frees the channel at `time`. The first in line, if there is one, has it now and may go at its `readyTime`, which
    /// is at least `time`.
    mutating func free(at time: UInt64) -> PooledTransaction? {
        holder = first
        freeTime = time
        guard let slot = first else { return nil }
        first = slot.pointee.next
        if first == nil { last = nil }
        slot.pointee.next = nil
        slot.pointee.readyTime = max(slot.pointee.readyTime, time)
        return PooledTransaction(slot: slot, generation: slot.pointee.generation)
    }
}

/// Channels by who stands at their other end: a hash table of plain memory, which allocates only for a new end.
struct PhaseChannels: ~Copyable {
    private var keys: [UnsafeMutableRawPointer] = []
    private var channels: [UnsafeMutablePointer<PhaseChannel>] = []
    /// Open addressing: one more than an index, or 0. At least half of the places are free.
    private var table: UnsafeMutablePointer<Int32>
    private var mask = 7

    init() {
        table = .allocate(capacity: 8)
        table.initialize(repeating: 0, count: 8)
    }

    deinit {
        for channel in channels { channel.deallocate() }
        table.deallocate()
    }

    subscript(_ key: UnsafeMutableRawPointer) -> UnsafeMutablePointer<PhaseChannel> {
        mutating get {
            var place = hash(key)
            while table[place] != 0 {
                let index = Int(table[place]) - 1
                if keys[index] == key { return channels[index] }
                place = (place + 1) & mask
            }
            return add(key)
        }
    }

    /// Everybody has gone.
    func clear() {
        for channel in channels { channel.pointee = PhaseChannel() }
    }

    private mutating func add(_ key: UnsafeMutableRawPointer) -> UnsafeMutablePointer<PhaseChannel> {
        let channel = UnsafeMutablePointer<PhaseChannel>.allocate(capacity: 1)
        channel.initialize(to: PhaseChannel())
        keys.append(key)
        channels.append(channel)
        if 2 * keys.count > mask + 1 {
            table.deallocate()
            mask = 2 * mask + 1
            table = .allocate(capacity: mask + 1)
            table.initialize(repeating: 0, count: mask + 1)
            for index in keys.indices { enter(index) }
        } else {
            enter(keys.count - 1)
        }
        return channel
    }

    private func enter(_ index: Int) {
        var place = hash(keys[index])
        while table[place] != 0 { place = (place + 1) & mask }
        table[place] = Int32(index + 1)
    }

    /// Addresses of objects are multiples of 16.
    private func hash(_ key: UnsafeMutableRawPointer) -> Int {
        let bits = UInt(bitPattern: key)
        return Int(truncatingIfNeeded: bits >> 4 ^ bits >> 11) & mask
    }
}
