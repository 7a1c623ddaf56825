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

    /// The time of an access of the instruction under way by a grant. Once for each, for it is booked where it competes.
    @inline(__always)
    func take(isWrite: Bool, _ width: Int, at grant: Int) -> SimTime {
        let start = max(0, startTime(accessIndex))
        return grants[grant].take(isWrite: isWrite, count: width, ahead: SimTime(picoseconds: UInt64(start)))
    }

    /// Picoseconds of the instructions behind boundary `index` in the current block.
    @inline(__always)
    private func rest(after index: Int) -> Int64 {
        guard let block = state.pointee.block else { return 0 }
        return (Int64(block.pointee.count) &- Int64(index) &- 1) &* block.pointee.instructionTime
    }

    /// The local time at which the instruction at `index` starts, fetched as it is then.
    @inline(__always)
    func startTime(_ index: Int) -> Int64 { state.pointee.localTime &- rest(after: index) &- startedCost }

    /// What an instruction takes that is under way, its fetch apart.
    @inline(__always)
    private var startedCost: Int64 { state.pointee.block == nil ? 0 : instructionCost }

    /// Instructions retired before the one at `index`.
    func retired(before index: Int) -> UInt64 {
        guard let block = state.pointee.block else { return retired }
        return retired &- UInt64(block.pointee.count) &+ UInt64(index)
    }

    /// Sends one transaction at the local time of the instruction. False: it was answered with an error.
    @inline(__always)
    func transact(
        _ command: Command, _ physical: UInt64, _ value: inout UInt64, count: Int, _ attributes: Attributes,
        along route: UnsafePointer<TargetRoute>? = nil
    ) -> Bool {
        publishReservation()
        return withUnsafeMutableBytes(of: &value) { bytes in
            var transaction = Transaction(
                command, address: physical, data: bytes.baseAddress.unsafelyUnwrapped, count: count,
                attributes: attributes)
            // The whole block is charged already: the access happens when its own instruction starts.
            let start = UInt64(max(0, startTime(accessIndex)))
            var delay = SimTime(picoseconds: start)
            if let route {
                bus.transport(&transaction, along: route, delay: &delay)
            } else {
                bus.transport(&transaction, delay: &delay)
            }
            // A target may have waited and return less than it was given.
            let taken = Int64(bitPattern: delay.picoseconds &- start)
            state.pointee.localTime &+= taken
            state.pointee.waited &+= taken
            access.pointee.exclusiveFailed = transaction.exclusiveFailed
            if access.pointee.attribution != nil { attribute(transaction, latency: UInt64(bitPattern: taken)) }
            if transaction.response == .ok { return true }
            tellRefused(command, physical, count, transaction.response)
            return false
        }
    }

    /// A target has answered an access with an error, which is the guest's to explain.
    @inline(never)
    private func tellRefused(_ command: Command, _ physical: UInt64, _ count: Int, _ response: Response) {
        simulation.log.write(
            .debug, at: path,
            "a \(command) of \(count) bytes at 0x\(String(physical, radix: 16)) was answered with \(response)")
    }

    /// After an access that is not plain memory: an event may now be nearer, an interrupt pending, code changed.
    @inline(__always)
    func settle(_ index: Int) {
        let access = access
        if scheduler.horizonGeneration != access.pointee.horizonGeneration || access.pointee.needsAttention
            || access.pointee.codeChanged || access.pointee.sliceLimit == 0
        {
            settleChange()
        }
        guard let block = state.pointee.block, index &+ 1 < Int(block.pointee.count) else { return }
        if access.pointee.codeChanged {
            access.pointee.codeChanged = false
            access.pointee.needsAttention = true
            state.pointee.exitRequest = ExitRequest.leave
        } else if state.pointee.localTime &- block.pointee.cost &+ block.pointee.lastStart >= state.pointee.limit {
            // Its last instruction would start too late: what is left is entered anew, as far as it fits.
            state.pointee.exitRequest = ExitRequest.leave
        }
    }

    @inline(never)
    private func settleChange() {
        if scheduler.horizonGeneration != horizonGeneration {
            horizonGeneration = scheduler.horizonGeneration
            // Later instructions begin before the new limit; this one has begun already.
            begunOffset = max(begunOffset, startTime(accessIndex))
            let horizon = scheduler.horizon
            let offset = horizon > sliceStart ? Int64(clamping: (horizon - sliceStart).picoseconds) : 0
            sliceLimit = min(sliceLimit, offset)
            state.pointee.limit = min(state.pointee.limit, offset)
            // A wish to stop changes the generation too.
            if scheduler.isStopRequested { sliceLimit = 0 }
        }
        if needsAttention || codeChanged || sliceLimit == 0 { state.pointee.limit = CPUState.stopped }
        if sliceLimit == 0 { needsAttention = true }
    }

    // MARK: Loads and stores

    func loadSlowly(_ address: UInt64, width: Int, index: Int) -> UInt64 {
        accessIndex = index
        let entry = entry(address)
        let isWhole = address & 0xfff <= UInt64(4096 &- width)
        if isWhole, entry.pointee.readTag & ~TLBEntry.slow == address & TLBEntry.pageMask {
            let grant = entry.pointee.grant
            if grant < 0 {
                let physical = entry.pointee.physicalPage | address & 0xfff
                takeBackRead(width)
                prepareDirectRead(address, entry, width: width)
                let value = readDevice(physical, address, width: width, along: entry.pointee.route)
                if state.pointee.exitRequest == ExitRequest.none { settle(index) }
                return value
            }
            // Misaligned, in the home RAM: the block has counted it.
            if grant == homeGrant {
                countHome(.read, width, by: entry)
                return host(entry, address).loadBytes(width)
            }
        }
        takeBackRead(width)
        let value = isWhole ? loadWhole(address, width: width) : loadAcross(address, width: width)
        if state.pointee.exitRequest == ExitRequest.none { settle(index) }
        return value
    }

    @inline(never)
    private func loadWhole(_ address: UInt64, width: Int) -> UInt64 {
        guard let place = resolve(address, .load, count: width) else { return 0 }
        return read(place, address, width: width) ?? 0
    }

    /// Across a page: both parts are translated before either is read.
    @inline(never)
    private func loadAcross(_ address: UInt64, width: Int) -> UInt64 {
        let first = 4096 - Int(address & 0xfff)
        let next = wrapped((address | 0xfff) &+ 1)
        guard resolve(address, .load, count: first) != nil, let high = resolve(next, .load, count: width - first),
            let low = resolve(address, .load, count: first)
        else { return 0 }
        guard let lowValue = read(low, address, width: first),
            let highValue = read(high, next, width: width - first)
        else { return 0 }
        return lowValue | highValue << UInt64(8 * first)
    }

    func storeSlowly(_ address: UInt64, _ value: UInt64, width: Int, index: Int) {
        accessIndex = index
        let entry = entry(address)
        let isWhole = address & 0xfff <= UInt64(4096 &- width)
        if isWhole, entry.pointee.writeTag & ~TLBEntry.slow == address & TLBEntry.pageMask {
            let grant = entry.pointee.grant
            if grant < 0 {
                let physical = entry.pointee.physicalPage | address & 0xfff
                takeBackWrite(width)
                _ = writeDevice(physical, address, value, width: width, along: entry.pointee.route)
                if state.pointee.exitRequest == ExitRequest.none { settle(index) }
                return
            }
            // Misaligned, in an unwatched page of the home RAM: the block has counted it.
            if entry.pointee.writeTag & TLBEntry.slow == 0 {
                countHome(.write, width, by: entry)
                return host(entry, address).storeBytes(value, width)
            }
        }
        takeBackWrite(width)
        if isWhole {
            if let place = resolve(address, .store, count: width) { _ = write(place, address, value, width: width) }
        } else {
            storeAcross(address, value, width: width)
        }
        if state.pointee.exitRequest == ExitRequest.none { settle(index) }
    }

    @inline(never)
    private func storeAcross(_ address: UInt64, _ value: UInt64, width: Int) {
        let first = 4096 - Int(address & 0xfff)
        let next = wrapped((address | 0xfff) &+ 1)
        guard resolve(address, .store, count: first) != nil, let high = resolve(next, .store, count: width - first),
            let low = resolve(address, .store, count: first)
        else { return }
        guard write(low, address, value & (1 << UInt64(8 * first) - 1), width: first) else { return }
        _ = write(high, next, value >> UInt64(8 * first), width: width - first)
    }

    /// An access of the static tally did not go to the home RAM, or is counted here one by one.
    @inline(__always)
    private func takeBackRead(_ width: Int) {
        homeCell.pointee.reads &-= 1
        homeCell.pointee.readBytes &-= UInt64(truncatingIfNeeded: width)
        if access.pointee.homeLink != nil { measureTakenBack(.read, width) }
        if access.pointee.attribution != nil { attribute(isWrite: false, width, times: -1) }
    }

    @inline(__always)
    private func takeBackWrite(_ width: Int) {
        homeCell.pointee.writes &-= 1
        homeCell.pointee.writeBytes &-= UInt64(truncatingIfNeeded: width)
        if access.pointee.homeLink != nil { measureTakenBack(.write, width) }
        if access.pointee.attribution != nil { attribute(isWrite: true, width, times: -1) }
    }

    /// What an access says about itself.
    @inline(__always)
    private func attributes(isExclusive: Bool = false) -> Attributes {
        Attributes(privilege: access.pointee.dataPrivilege.rawValue, isExclusive: isExclusive)
    }

    /// Reads by a transaction. 0 and a trap if that is answered with an error.
    @inline(__always)
    private func readDevice(
        _ physical: UInt64, _ address: UInt64, width: Int, isExclusive: Bool = false,
        along route: UnsafePointer<TargetRoute>? = nil
    ) -> UInt64 {
        var value: UInt64 = 0
        let attributes = attributes(isExclusive: isExclusive)
        guard transact(.read, physical, &value, count: width, attributes, along: route) else {
            fault(.loadAccessFault, address)
            return 0
        }
        return value
    }

    /// Writes by a transaction. False: an access fault was raised.
    @inline(__always)
    private func writeDevice(
        _ physical: UInt64, _ address: UInt64, _ value: UInt64, width: Int, isExclusive: Bool = false,
        along route: UnsafePointer<TargetRoute>? = nil
    ) -> Bool {
        var value = value
        let attributes = attributes(isExclusive: isExclusive)
        guard transact(.write, physical, &value, count: width, attributes, along: route) else {
            fault(.storeAccessFault, address)
            return false
        }
        return true
    }

    /// Reads within one page, and counts. Nil: an access fault was raised.
    private func read(_ place: Resolved, _ address: UInt64, width: Int) -> UInt64? {
        guard place.grant >= 0 else {
            let value = readDevice(place.physical, address, width: width)
            return state.pointee.exitRequest == ExitRequest.trap ? nil : value
        }
        let value = place.host.loadBytes(width)
        let latency = take(isWrite: false, width, at: place.grant)
        grants[place.grant].cell?.pointee.count(
            write: false, fetch: false, bytes: width, failed: false, latency: latency)
        if access.pointee.meter != nil { measure(.read, width, place.physical, at: place.grant, latency) }
        charge(latency)
        return value
    }

    /// Writes within one page, and counts. False: an access fault was raised.
    private func write(_ place: Resolved, _ address: UInt64, _ value: UInt64, width: Int) -> Bool {
        guard place.grant >= 0, grants[place.grant].allowsWrite else {
            return writeDevice(place.physical, address, value, width: width)
        }
        place.host.storeBytes(value, width)
        let latency = take(isWrite: true, width, at: place.grant)
        grants[place.grant].cell?.pointee.count(
            write: true, fetch: false, bytes: width, failed: false, latency: latency)
        if access.pointee.meter != nil { measure(.write, width, place.physical, at: place.grant, latency) }
        charge(latency)
        grants[place.grant].memory?._withUnsafeGuaranteedRef {
            $0.noteWrite(to: place.host, count: width, by: bus.id)
        }
        restoreFastStore(place, address)
        return true
    }

    /// Gives a page its fast way back once nobody watches it any longer.
    private func restoreFastStore(_ place: Resolved, _ address: UInt64) {
        let page = place.physical & TLBEntry.pageMask
        // The entry of the upper half of an access across pages may have gone elsewhere with the lower half's.
        guard place.grant == homeGrant, place.entry.pointee.writeTag == address & TLBEntry.pageMask | TLBEntry.slow,
            place.entry.pointee.physicalPage == page, !isWatched(page, place.grant)
        else { return }
        place.entry.pointee.writeTag &= ~TLBEntry.slow
    }

    // MARK: Atomics

    func atomicSlowly(
        _ operation: IROpcode, _ address: UInt64, _ value: UInt64, width: Int, order: ByteOrder, index: Int
    ) -> UInt64 {
        accessIndex = index
        let entry = entry(address)
        if entry.pointee.writeTag == TLBEntry.alignedProbe(address, width: width) {
            // In an unwatched page of the home RAM: the block has counted both accesses.
            let host = host(entry, address)
            countHome(.read, width, by: entry)
            countHome(.write, width, by: entry)
            let old = host.loadBytes(width)
            host.storeBytes(AtomicOperation.combine(operation, old, value, width: width, order: order), width)
            return order.value(old, width: width)
        }
        takeBackRead(width)
        takeBackWrite(width)
        defer { if state.pointee.exitRequest == ExitRequest.none { settle(index) } }
        guard address & UInt64(width - 1) == 0 else {
            fault(.storeMisaligned, address)
            return 0
        }
        // An AMO needs the right to write before it reads; all its faults are a store's (Priv. spec §3.1.15).
        guard let place = resolve(address, .store, count: width) else { return 0 }
        if place.entry.pointee.writeTag & TLBEntry.watched != 0, stopsBefore(.load, address, count: width) { return 0 }
        guard let old = read(place, address, width: width) else {
            trapCause = .storeAccessFault
            return 0
        }
        let result = AtomicOperation.combine(operation, old, value, width: width, order: order)
        guard write(place, address, result, width: width) else { return 0 }
        return order.value(old, width: width)
    }

    func loadReserved(_ address: UInt64, width: Int, order: ByteOrder, index: Int) -> UInt64 {
        accessIndex = index
        publishReservation()
        let entry = entry(address)
        if entry.pointee.readTag == TLBEntry.alignedProbe(address, width: width),
            let memory = grants[entry.pointee.grant].memory
        {
            // In the home RAM: the block has counted it.
            let host = host(entry, address)
            countHome(.read, width, by: entry)
            reserve(host, memory, width: width)
            return order.value(host.loadBytes(width), width: width)
        }
        takeBackRead(width)
        defer { if state.pointee.exitRequest == ExitRequest.none { settle(index) } }
        guard address & UInt64(width - 1) == 0 else {
            fault(.loadMisaligned, address)
            return 0
        }
        guard let place = resolve(address, .load, count: width) else { return 0 }
        if place.grant >= 0, let memory = grants[place.grant].memory {
            guard let value = read(place, address, width: width) else { return 0 }
            reserve(place.host, memory, width: width)
            return order.value(value, width: width)
        }
        clearReservation()
        let value = readDevice(place.physical, address, width: width, isExclusive: true)
        return order.value(value, width: width)
    }

    private func reserve(_ host: UnsafeMutableRawPointer, _ memory: Unmanaged<Memory>, width: Int) {
        // Wherever the last reservation was, the memory ends it.
        memory._withUnsafeGuaranteedRef { memory in
            memory.reservations.reserve(by: bus.id, address: UInt64(host - memory.base), count: width)
        }
        reservedMemory = memory
        state.pointee.holdsReservation = 1
    }

    /// Tells the bus of a reservation that generated code has kept to itself, before anybody else may write.
    @inline(__always)
    func publishReservation() {
        if _slowPath(state.pointee.localReservation != 0) { publishLocalReservation() }
    }

    @inline(never)
    private func publishLocalReservation() {
        let local = state.pointee.localReservation
        state.pointee.localReservation = 0
        guard let memory = plainRange?.memory, let host = UnsafeMutableRawPointer(bitPattern: UInt(local & ~1)) else {
            return
        }
        reserve(host, memory, width: local & 1 == 0 ? 4 : 8)
    }

    func storeConditional(_ address: UInt64, _ value: UInt64, width: Int, order: ByteOrder, index: Int) -> UInt64 {
        accessIndex = index
        publishReservation()
        takeBackWrite(width)
        defer { if state.pointee.exitRequest == ExitRequest.none { settle(index) } }
        guard address & UInt64(width - 1) == 0 else {
            fault(.storeMisaligned, address)
            return 1
        }
        guard let place = resolve(address, .store, count: width) else { return 1 }
        let stored = order.value(value, width: width)
        if place.grant >= 0, let memory = grants[place.grant].memory {
            let holds = memory._withUnsafeGuaranteedRef { memory in
                memory.reservations.take(by: bus.id, address: UInt64(place.host - memory.base), count: width)
            }
            if !holds { clearReservation() }
            reservedMemory = nil
            state.pointee.holdsReservation = 0
            guard holds else {
                // It takes its time on the bus like one that stores.
                charge(take(isWrite: true, width, at: place.grant))
                return 1
            }
            return write(place, address, stored, width: width) ? 0 : 1
        }
        guard writeDevice(place.physical, address, stored, width: width, isExclusive: true) else { return 1 }
        return access.pointee.exclusiveFailed ? 1 : 0
    }

    /// Gives up the hart's reservation.
    func clearReservation() {
        reservedMemory?._withUnsafeGuaranteedRef { $0.reservations.clear(by: bus.id) }
        reservedMemory = nil
        state.pointee.localReservation = 0
        state.pointee.holdsReservation = 0
    }
}
