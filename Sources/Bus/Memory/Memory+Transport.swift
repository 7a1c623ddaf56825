internal import TandemKernel

extension Memory {
    /// The access itself, shared by both kinds of memory.
    final func access(_ transaction: inout Transaction, delay: inout SimTime) {
        let count = transaction.count
        guard transaction.isPlain && !transaction.attributes.isExclusive && transaction.command != .ignore else {
            return accessSpecially(&transaction, delay: &delay)
        }
        let offset = transaction.address
        guard count > 0 && contains(offset, count: count) else {
            return refuse(&transaction)
        }
        let pointer = base + Int(truncatingIfNeeded: offset)
        if transaction.command == .read {
            transaction.data.copy(from: pointer, count: count)
            delay += readLatency
        } else {
            guard isWritable else {
                transaction.response = .commandError
                return
            }
            pointer.copy(from: transaction.data, count: count)
            delay += writeLatency
            noteWrite(offset: offset, count: count, by: transaction.attributes.initiator)
        }
        transaction.allowsDirectMemory = true
        transaction.response = .ok
    }

    /// An access of no bytes is a burst error; one that reaches beyond the end an address error.
    @inline(never) private final func refuse(_ transaction: inout Transaction) {
        transaction.response = transaction.count > 0 ? .addressError : .burstError
    }

    /// Byte enables, streaming, exclusive accesses, and commands that move nothing.
    @inline(never) private final func accessSpecially(_ transaction: inout Transaction, delay: inout SimTime) {
        guard transaction.command != .ignore else {
            transaction.response = .ok
            return
        }
        if let error = error(in: transaction) {
            transaction.response = error
            return
        }
        let offset = transaction.address
        let initiator = transaction.attributes.initiator
        if transaction.command == .read {
            move(&transaction)
            delay += readLatency
            if transaction.attributes.isExclusive {
                reservations.reserve(by: initiator, address: offset, count: transaction.span)
            }
        } else {
            delay += writeLatency
            if transaction.attributes.isExclusive {
                // A store-conditional ends the reservation whether it succeeds or not. Unpriv. spec §14.2.
                transaction.exclusiveFailed = !reservations.holds(
                    by: initiator, address: offset, count: transaction.span)
                reservations.clear(by: initiator)
            }
            if !transaction.exclusiveFailed {
                move(&transaction)
                noteWrite(offset: offset, count: transaction.span, by: initiator)
            }
        }
        transaction.allowsDirectMemory = true
        transaction.response = .ok
    }

    private final func error(in transaction: borrowing Transaction) -> Response? {
        guard transaction.count > 0 && transaction.streamingWidth > 0 else { return .burstError }
        guard contains(transaction.address, count: transaction.span) else { return .addressError }
        guard transaction.byteEnables == nil || transaction.byteEnableCount > 0 else { return .byteEnableError }
        guard isWritable || transaction.command == .read else { return .commandError }
        if transaction.attributes.isExclusive {
            let last = transaction.address + UInt64(transaction.span) - 1
            guard transaction.address / ReservationSet.lineSize == last / ReservationSet.lineSize else {
                return .burstError
            }
        }
        return nil
    }

    /// Byte by byte: byte *i* belongs to `address + i % streamingWidth`, if its enable is set.
    private final func move(_ transaction: inout Transaction) {
        let memory = base + Int(transaction.address)
        for index in 0..<transaction.count {
            if let enables = transaction.byteEnables, enables[index % transaction.byteEnableCount] == 0 { continue }
            let cell = memory + index % transaction.streamingWidth
            let byte = transaction.data + index
            if transaction.command == .read {
                byte.copyMemory(from: cell, byteCount: 1)
            } else {
                cell.copyMemory(from: byte, byteCount: 1)
            }
        }
    }

    /// Debuggers read and write every memory, a ROM too; writes are told to the watch.
    final func debugAccess(_ transaction: inout Transaction) -> Int {
        let offset = transaction.address
        guard transaction.command != .ignore && offset < size else { return 0 }
        let count = Int(min(UInt64(transaction.count), size - offset))
        let pointer = base + Int(offset)
        if transaction.command == .read {
            transaction.data.copyMemory(from: pointer, byteCount: count)
        } else {
            pointer.copyMemory(from: transaction.data, byteCount: count)
            noteWrite(offset: offset, count: count, by: transaction.attributes.initiator)
        }
        transaction.response = .ok
        return count
    }

    /// The whole memory.
    final func grant(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool {
        guard request.address < size else { return false }
        grant.start = 0
        grant.end = size - 1
        grant.base = base
        grant.allowsRead = true
        grant.allowsWrite = isWritable
        grant.readLatency = readLatency
        grant.writeLatency = writeLatency
        grant.memory = .passUnretained(self)
        return true
    }
}
