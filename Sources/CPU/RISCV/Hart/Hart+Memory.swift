import TandemBus
import TandemKernel

/// The slow paths of memory operations: everything that the soft-TLB's fast way does not take.
extension Hart: GuestRuntime {
    // MARK: Faults and time

    /// Raises an exception for the instruction being executed.
    func fault(_ cause: ExceptionCause, _ value: UInt64) {
        trapCause = cause
        trapValue = value
        state.pointee.exitRequest = ExitRequest.trap
    }

    /// Adds time that an access took.
    func charge(_ time: SimTime) {
        state.pointee.localTime += Int64(time.picoseconds)
        state.pointee.waited += Int64(time.picoseconds)
    }

    /// Picoseconds of the instructions behind boundary `index` in the current block.
    private func rest(after index: Int) -> Int64 {
        guard let block = state.pointee.block else { return 0 }
        let count = Int64(block.pointee.count)
        return (count - Int64(index) - 1) * (block.pointee.cost / count)
    }

    /// The local time at which the instruction at `index` starts.
    func startTime(_ index: Int) -> Int64 {
        guard let block = state.pointee.block else { return state.pointee.localTime }
        return state.pointee.localTime - rest(after: index) - block.pointee.cost / Int64(block.pointee.count)
    }

    /// Instructions retired before the one at `index`.
    func retired(before index: Int) -> UInt64 {
        guard let block = state.pointee.block else { return retired }
        return retired &- UInt64(block.pointee.count) &+ UInt64(index)
    }

    /// Sends one transaction at the local time of the instruction. False: it was answered with an error.
    func transact(
        _ command: Command, _ physical: UInt64, _ value: inout UInt64, count: Int, _ attributes: Attributes
    ) -> Bool {
        withUnsafeMutableBytes(of: &value) { bytes in
            guard let base = bytes.baseAddress else { return false }
            var transaction = Transaction(
                command, address: physical, data: base, count: count, attributes: attributes)
            // The whole block is charged already: the access happens when its own instruction starts.
            let ahead = rest(after: accessIndex) + currentUnit
            let start = SimTime(picoseconds: UInt64(max(0, state.pointee.localTime - ahead)))
            var delay = start
            bus.transport(&transaction, delay: &delay)
            charge(delay - start)
            exclusiveFailed = transaction.exclusiveFailed
            return transaction.response == .ok
        }
    }

    private var currentUnit: Int64 {
        guard let block = state.pointee.block else { return 0 }
        return block.pointee.cost / Int64(block.pointee.count)
    }

    /// After an access that is not plain memory: an event may now be nearer, an interrupt pending, code changed.
    func settle(_ index: Int) {
        if scheduler.horizonGeneration != horizonGeneration {
            horizonGeneration = scheduler.horizonGeneration
            if simulation.quantum.initiatorCount <= 1 {
                let horizon = scheduler.horizon
                let offset = horizon > sliceStart ? Int64(clamping: (horizon - sliceStart).picoseconds) : 0
                sliceLimit = min(sliceLimit, offset)
                state.pointee.limit = min(state.pointee.limit, offset)
            }
        }
        if simulation.stopRequest != nil { sliceLimit = 0 }
        if needsAttention || codeChanged || sliceLimit == 0 { state.pointee.limit = CPUState.stopped }
        if needsAttention || sliceLimit == 0 { needsAttention = true }
        guard let block = state.pointee.block, index + 1 < Int(block.pointee.count) else { return }
        if codeChanged || state.pointee.localTime - rest(after: index) >= state.pointee.limit {
            state.pointee.exitRequest = ExitRequest.leave
        }
        if codeChanged {
            codeChanged = false
            needsAttention = true
        }
    }

    // MARK: Loads and stores

    func loadSlowly(_ address: UInt64, width: Int, index: Int) -> UInt64 {
        accessIndex = index
        defer { if state.pointee.exitRequest == ExitRequest.none { settle(index) } }
        takeBack(reads: 1, readBytes: width)
        let first = 4096 - Int(address & 0xfff)
        if first >= width {
            guard let place = resolve(address, .load, count: width) else { return 0 }
            return read(place, address, width: width) ?? 0
        }
        // Across a page: both parts are translated before either is read.
        let next = wrapped((address | 0xfff) &+ 1)
        guard resolve(address, .load, count: first) != nil, let high = resolve(next, .load, count: width - first),
            let low = resolve(address, .load, count: first)
        else { return 0 }
        let highPlace = high.physical
        guard let lowValue = read(low, address, width: first) else { return 0 }
        guard
            let highValue = read(
                Resolved(physical: highPlace, grant: high.grant, entry: high.entry), next, width: width - first)
        else { return 0 }
        return lowValue | highValue << UInt64(8 * first)
    }

    func storeSlowly(_ address: UInt64, _ value: UInt64, width: Int, index: Int) {
        accessIndex = index
        defer { if state.pointee.exitRequest == ExitRequest.none { settle(index) } }
        takeBack(writes: 1, writeBytes: width)
        let first = 4096 - Int(address & 0xfff)
        if first >= width {
            guard let place = resolve(address, .store, count: width) else { return }
            _ = write(place, address, value, width: width)
            return
        }
        let next = wrapped((address | 0xfff) &+ 1)
        guard resolve(address, .store, count: first) != nil, let high = resolve(next, .store, count: width - first),
            let low = resolve(address, .store, count: first)
        else { return }
        guard write(low, address, value & (1 << UInt64(8 * first) - 1), width: first) else { return }
        _ = write(high, next, value >> UInt64(8 * first), width: width - first)
    }

    /// An access of the static tally did not go to the home RAM, or is counted here one by one.
    private func takeBack(reads: UInt64 = 0, readBytes: Int = 0, writes: UInt64 = 0, writeBytes: Int = 0) {
        homeCell.pointee.reads &-= reads
        homeCell.pointee.readBytes &-= UInt64(readBytes)
        homeCell.pointee.writes &-= writes
        homeCell.pointee.writeBytes &-= UInt64(writeBytes)
    }

    /// Reads within one page, and counts. Nil: an access fault was raised.
    private func read(_ place: Resolved, _ address: UInt64, width: Int) -> UInt64? {
        var value: UInt64 = 0
        if place.grant >= 0 {
            let grant = grants[place.grant]
            let source = grant.pointer(to: place.physical)
            withUnsafeMutableBytes(of: &value) { $0.baseAddress?.copyMemory(from: source, byteCount: width) }
            grant.cell?.pointee.count(
                write: false, fetch: false, bytes: width, failed: false, latency: grant.readLatency)
            charge(grant.readLatency)
            return value
        }
        let attributes = Attributes(privilege: privileged.dataPrivilege.rawValue)
        guard transact(.read, place.physical, &value, count: width, attributes) else {
            fault(.loadAccessFault, address)
            return nil
        }
        return value
    }

    /// Writes within one page, and counts. False: an access fault was raised.
    private func write(_ place: Resolved, _ address: UInt64, _ value: UInt64, width: Int) -> Bool {
        var value = value
        if place.grant >= 0, grants[place.grant].allowsWrite {
            let grant = grants[place.grant]
            let target = grant.pointer(to: place.physical)
            withUnsafeBytes(of: &value) { target.copyMemory(from: $0.baseAddress.unsafelyUnwrapped, byteCount: width) }
            grant.cell?.pointee.count(
                write: true, fetch: false, bytes: width, failed: false, latency: grant.writeLatency)
            charge(grant.writeLatency)
            grant.memory?._withUnsafeGuaranteedRef { $0.noteWrite(to: target, count: width, by: bus.id) }
            restoreFastStore(place, address)
            return true
        }
        let attributes = Attributes(privilege: privileged.dataPrivilege.rawValue)
        guard transact(.write, place.physical, &value, count: width, attributes) else {
            fault(.storeAccessFault, address)
            return false
        }
        return true
    }

    /// Gives a page its fast way back once nobody watches it any longer.
    private func restoreFastStore(_ place: Resolved, _ address: UInt64) {
        let page = place.physical & TLBEntry.pageMask
        // The entry of the upper half of an access across pages may have gone elsewhere with the lower half's.
        guard place.grant == homeGrant, place.entry.pointee.writeTag == address & TLBEntry.pageMask | TLBEntry.slow,
            place.entry.pointee.physicalPage == page, privileged.protection.isUniform(page: page),
            !isWatched(page, place.grant)
        else { return }
        place.entry.pointee.writeTag &= ~TLBEntry.slow
    }

    // MARK: Atomics

    func atomicSlowly(
        _ operation: IROpcode, _ address: UInt64, _ value: UInt64, width: Int, order: ByteOrder, index: Int
    ) -> UInt64 {
        accessIndex = index
        defer { if state.pointee.exitRequest == ExitRequest.none { settle(index) } }
        takeBack(reads: 1, readBytes: width, writes: 1, writeBytes: width)
        guard address & UInt64(width - 1) == 0 else {
            fault(.storeMisaligned, address)
            return 0
        }
        // An AMO needs the right to write before it reads; all its faults are a store's (Priv. spec §3.1.15).
        guard let place = resolve(address, .store, count: width) else { return 0 }
        guard let old = read(place, address, width: width) else {
            trapCause = .storeAccessFault
            return 0
        }
        let operand = order == .big ? value.byteSwapped >> UInt64(64 - 8 * width) : value
        let current = order == .big ? old.byteSwapped >> UInt64(64 - 8 * width) : old
        var result = AtomicOperation.combine(operation, current, operand, width: width)
        if order == .big { result = result.byteSwapped >> UInt64(64 - 8 * width) }
        guard write(place, address, result, width: width) else { return 0 }
        return current
    }

    func loadReserved(_ address: UInt64, width: Int, order: ByteOrder, index: Int) -> UInt64 {
        accessIndex = index
        defer { if state.pointee.exitRequest == ExitRequest.none { settle(index) } }
        takeBack(reads: 1, readBytes: width)
        guard address & UInt64(width - 1) == 0 else {
            fault(.loadMisaligned, address)
            return 0
        }
        guard let place = resolve(address, .load, count: width) else { return 0 }
        clearReservation()
        if place.grant >= 0, let memory = grants[place.grant].memory {
            guard let value = read(place, address, width: width) else { return 0 }
            let pointer = grants[place.grant].pointer(to: place.physical)
            memory._withUnsafeGuaranteedRef { memory in
                memory.reservations.reserve(by: bus.id, address: UInt64(pointer - memory.base), count: width)
            }
            reservedMemory = memory
            return order == .big ? value.byteSwapped >> UInt64(64 - 8 * width) : value
        }
        var value: UInt64 = 0
        let attributes = Attributes(privilege: privileged.dataPrivilege.rawValue, isExclusive: true)
        guard transact(.read, place.physical, &value, count: width, attributes) else {
            fault(.loadAccessFault, address)
            return 0
        }
        return order == .big ? value.byteSwapped >> UInt64(64 - 8 * width) : value
    }

    func storeConditional(_ address: UInt64, _ value: UInt64, width: Int, order: ByteOrder, index: Int) -> UInt64 {
        accessIndex = index
        defer { if state.pointee.exitRequest == ExitRequest.none { settle(index) } }
        takeBack(writes: 1, writeBytes: width)
        guard address & UInt64(width - 1) == 0 else {
            fault(.storeMisaligned, address)
            return 1
        }
        guard let place = resolve(address, .store, count: width) else { return 1 }
        let stored = order == .big ? value.byteSwapped >> UInt64(64 - 8 * width) : value
        if place.grant >= 0, grants[place.grant].memory != nil {
            defer { clearReservation() }
            let pointer = grants[place.grant].pointer(to: place.physical)
            let holds = grants[place.grant].memory?._withUnsafeGuaranteedRef { memory in
                memory.reservations.holds(by: bus.id, address: UInt64(pointer - memory.base), count: width)
            }
            guard holds == true else { return 1 }
            return write(place, address, stored, width: width) ? 0 : 1
        }
        var data = stored
        let attributes = Attributes(privilege: privileged.dataPrivilege.rawValue, isExclusive: true)
        guard transact(.write, place.physical, &data, count: width, attributes) else {
            fault(.storeAccessFault, address)
            return 1
        }
        return exclusiveFailed ? 1 : 0
    }

    /// Gives up the hart's reservation.
    func clearReservation() {
        reservedMemory?._withUnsafeGuaranteedRef { $0.reservations.clear(by: bus.id) }
        reservedMemory = nil
    }
}

/// What an AMO stores.
enum AtomicOperation {
    static func combine(_ operation: IROpcode, _ old: UInt64, _ operand: UInt64, width: Int) -> UInt64 {
        let isWord = width == 4
        let a = isWord ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: old))) : old
        let b = isWord ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: operand))) : operand
        switch operation {
        case .atomicSwap: return b
        case .atomicAdd: return a &+ b
        case .atomicAnd: return a & b
        case .atomicOr: return a | b
        case .atomicXor: return a ^ b
        case .atomicMinSigned: return Int64(bitPattern: a) < Int64(bitPattern: b) ? a : b
        case .atomicMaxSigned: return Int64(bitPattern: a) < Int64(bitPattern: b) ? b : a
        // Sign extension keeps the unsigned order of words.
        case .atomicMinUnsigned: return min(a, b)
        case .atomicMaxUnsigned: return max(a, b)
        default: preconditionFailure("\(operation) is not an atomic operation")
        }
    }
}
