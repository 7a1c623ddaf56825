/// What the portable back-end measures: there is code for each kind.
protocol PortableMeasuring {
    /// Blocks note that they were executed (`CPUState.listed`).
    static var listsBlocks: Bool { get }
    /// Accesses that take the fast way are counted by page (`TLBCounts`).
    static var countsPages: Bool { get }
}

enum Unmeasured: PortableMeasuring {
    @inline(__always) static var listsBlocks: Bool { false }
    @inline(__always) static var countsPages: Bool { false }
}

enum Listing: PortableMeasuring {
    @inline(__always) static var listsBlocks: Bool { true }
    @inline(__always) static var countsPages: Bool { false }
}

enum PageMeasuring: PortableMeasuring {
    @inline(__always) static var listsBlocks: Bool { true }
    @inline(__always) static var countsPages: Bool { true }
}

/// Executes blocks one step after another, and follows chained blocks until it must go back to the dispatcher.
///
/// One dense switch over plain memory: nothing is allocated, retained or checked for exclusive access on the way.
struct PortableExecutor<Runtime: GuestRuntime> {
    /// `run` returns this when the dispatcher has to find the next block at the program counter; any other value is the
    /// boundary at which a block was left early, for the reason in `CPUState.exitRequest`.
    static var lookUp: Int { -1 }

    private enum Way { case taken, other, unlinked }

    @inline(__always)
    private static func signed(_ value: UInt64) -> Int64 { Int64(bitPattern: value) }

    @inline(__always)
    private static func word(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }

    /// The canonical form of a 32-bit result: sign-extended.
    @inline(__always)
    private static func extended(_ value: UInt32) -> UInt64 {
        UInt64(bitPattern: Int64(Int32(bitPattern: value)))
    }

    @inline(__always)
    private static func host(_ address: UInt64, _ addend: UInt64) -> UnsafeMutableRawPointer {
        // SAFETY: a tag matched, so `address + addend` lies in the page of guest RAM that the entry was made for.
        UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address &+ addend)).unsafelyUnwrapped
    }

    /// The entry of the soft-TLB that may hold `address`.
    @inline(__always)
    private static func entry(
        _ state: UnsafeMutablePointer<CPUState>, _ address: UInt64
    ) -> UnsafeMutablePointer<TLBEntry> {
        SoftTLB.entry(state.pointee.table, state.pointee.tableMask, address)
    }

    /// Runs from the start of `first`, which fits into the limit.
    @inline(__always)
    static func run(
        _ state: UnsafeMutablePointer<CPUState>, _ frame: UnsafeMutablePointer<UInt64>, _ first: BlockPointer,
        _ runtime: Runtime
    ) -> Int { run(state, frame, first, runtime, Unmeasured.self) }

    /// The same, measured.
    @inline(never)
    static func run<Measuring: PortableMeasuring>(
        _ state: UnsafeMutablePointer<CPUState>, _ frame: UnsafeMutablePointer<UInt64>, _ first: BlockPointer,
        _ runtime: Runtime, _ measuring: Measuring.Type
    ) -> Int {
        var block = first
        while true {
            state.pointee.block = block
            state.pointee.localTime &+= block.pointee.cost
            state.pointee.waited &+= block.pointee.waited
            block.pointee.executions &+= 1
            if Measuring.listsBlocks, !block.pointee.isListed { list(block, state) }
            var ip = block.pointee.code
            var target: UInt64 = 0
            var way = Way.taken

            steps: while true {
                let d = Int(ip.pointee.d)
                let a = Int(ip.pointee.a)
                let b = Int(ip.pointee.b)
                let constant = ip.pointee.immediate
                switch ip.pointee.operation {
                case .constant: frame[d] = constant
                case .move: frame[d] = frame[a]
                case .add64: frame[d] = frame[a] &+ frame[b]
                case .add64Constant: frame[d] = frame[a] &+ constant
                case .sub64: frame[d] = frame[a] &- frame[b]
                case .sub64Constant: frame[d] = frame[a] &- constant
                case .and64: frame[d] = frame[a] & frame[b]
                case .and64Constant: frame[d] = frame[a] & constant
                case .or64: frame[d] = frame[a] | frame[b]
                case .or64Constant: frame[d] = frame[a] | constant
                case .xor64: frame[d] = frame[a] ^ frame[b]
                case .xor64Constant: frame[d] = frame[a] ^ constant
                case .shiftLeft64: frame[d] = frame[a] &<< frame[b]
                case .shiftLeft64Constant: frame[d] = frame[a] &<< constant
                case .shiftRight64: frame[d] = frame[a] &>> frame[b]
                case .shiftRight64Constant: frame[d] = frame[a] &>> constant
                case .shiftRightSigned64: frame[d] = UInt64(bitPattern: signed(frame[a]) &>> signed(frame[b]))
                case .shiftRightSigned64Constant: frame[d] = UInt64(bitPattern: signed(frame[a]) &>> signed(constant))
                case .equal64: frame[d] = frame[a] == frame[b] ? 1 : 0
                case .equal64Constant: frame[d] = frame[a] == constant ? 1 : 0
                case .notEqual64: frame[d] = frame[a] != frame[b] ? 1 : 0
                case .notEqual64Constant: frame[d] = frame[a] != constant ? 1 : 0
                case .lessSigned64: frame[d] = signed(frame[a]) < signed(frame[b]) ? 1 : 0
                case .lessSigned64Constant: frame[d] = signed(frame[a]) < signed(constant) ? 1 : 0
                case .lessUnsigned64: frame[d] = frame[a] < frame[b] ? 1 : 0
                case .lessUnsigned64Constant: frame[d] = frame[a] < constant ? 1 : 0
                case .add32: frame[d] = extended(word(frame[a]) &+ word(frame[b]))
                case .add32Constant: frame[d] = extended(word(frame[a]) &+ word(constant))
                case .sub32: frame[d] = extended(word(frame[a]) &- word(frame[b]))
                case .sub32Constant: frame[d] = extended(word(frame[a]) &- word(constant))
                case .shiftLeft32: frame[d] = extended(word(frame[a]) &<< word(frame[b]))
                case .shiftLeft32Constant: frame[d] = extended(word(frame[a]) &<< word(constant))
                case .shiftRight32: frame[d] = extended(word(frame[a]) &>> word(frame[b]))
                case .shiftRight32Constant: frame[d] = extended(word(frame[a]) &>> word(constant))
                case .shiftRightSigned32:
                    frame[d] = extended(
                        UInt32(bitPattern: Int32(bitPattern: word(frame[a])) &>> Int32(bitPattern: word(frame[b]))))
                case .shiftRightSigned32Constant:
                    frame[d] = extended(
                        UInt32(bitPattern: Int32(bitPattern: word(frame[a])) &>> Int32(bitPattern: word(constant))))
                case .mul64: frame[d] = frame[a] &* frame[b]
                case .mul64Constant: frame[d] = frame[a] &* constant
                case .mul32: frame[d] = extended(word(frame[a]) &* word(frame[b]))
                case .mul32Constant: frame[d] = extended(word(frame[a]) &* word(constant))
                case .addShifted64: frame[d] = frame[a] &+ (frame[b] &<< constant)
                case .andNot64: frame[d] = frame[a] & ~frame[b]
                case .signExtend8: frame[d] = UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: frame[a])))
                case .signExtend16: frame[d] = UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: frame[a])))
                case .signExtend32: frame[d] = extended(word(frame[a]))
                case .zeroExtend8: frame[d] = frame[a] & 0xff
                case .zeroExtend16: frame[d] = frame[a] & 0xffff
                case .zeroExtend32: frame[d] = frame[a] & 0xffff_ffff

                case .load64:
                    let address = frame[a] &+ constant
                    let entry = entry(state, address)
                    if entry.pointee.readTag == TLBEntry.probe(address, width: 8) {
                        if Measuring.countsPages { TLBCounts.of(entry).pointee.addRead(8) }
                        frame[d] = host(address, entry.pointee.addend).loadUnaligned(as: UInt64.self)
                    } else {
                        let value = runtime.loadSlowly(address, width: 8, index: b)
                        if state.pointee.exitRequest != ExitRequest.trap { frame[d] = value }
                        if state.pointee.exitRequest != ExitRequest.none { return b }
                    }
                case .load32Signed, .load32Unsigned, .load32Boxed:
                    let address = frame[a] &+ constant
                    let entry = entry(state, address)
                    let value: UInt32
                    if entry.pointee.readTag == TLBEntry.probe(address, width: 4) {
                        if Measuring.countsPages { TLBCounts.of(entry).pointee.addRead(4) }
                        value = host(address, entry.pointee.addend).loadUnaligned(as: UInt32.self)
                    } else {
                        value = word(runtime.loadSlowly(address, width: 4, index: b))
                    }
                    if state.pointee.exitRequest == ExitRequest.trap { return b }
                    switch ip.pointee.operation {
                    case .load32Signed: frame[d] = extended(value)
                    case .load32Unsigned: frame[d] = UInt64(value)
                    default: frame[d] = UInt64(value) | 0xffff_ffff_0000_0000
                    }
                    if state.pointee.exitRequest != ExitRequest.none { return b }
                case .load16Signed, .load16Unsigned:
                    let address = frame[a] &+ constant
                    let entry = entry(state, address)
                    let value: UInt16
                    if entry.pointee.readTag == TLBEntry.probe(address, width: 2) {
                        if Measuring.countsPages { TLBCounts.of(entry).pointee.addRead(2) }
                        value = host(address, entry.pointee.addend).loadUnaligned(as: UInt16.self)
                    } else {
                        value = UInt16(truncatingIfNeeded: runtime.loadSlowly(address, width: 2, index: b))
                    }
                    if state.pointee.exitRequest == ExitRequest.trap { return b }
                    frame[d] =
                        ip.pointee.operation == .load16Unsigned
                        ? UInt64(value) : UInt64(bitPattern: Int64(Int16(bitPattern: value)))
                    if state.pointee.exitRequest != ExitRequest.none { return b }
                case .load8Signed, .load8Unsigned:
                    let address = frame[a] &+ constant
                    let entry = entry(state, address)
                    let value: UInt8
                    if entry.pointee.readTag == TLBEntry.probe(address, width: 1) {
                        if Measuring.countsPages { TLBCounts.of(entry).pointee.addRead(1) }
                        value = host(address, entry.pointee.addend).load(as: UInt8.self)
                    } else {
                        value = UInt8(truncatingIfNeeded: runtime.loadSlowly(address, width: 1, index: b))
                    }
                    if state.pointee.exitRequest == ExitRequest.trap { return b }
                    frame[d] =
                        ip.pointee.operation == .load8Unsigned
                        ? UInt64(value) : UInt64(bitPattern: Int64(Int8(bitPattern: value)))
                    if state.pointee.exitRequest != ExitRequest.none { return b }
                case .store64:
                    let address = frame[a] &+ constant
                    let entry = entry(state, address)
                    if entry.pointee.writeTag == TLBEntry.probe(address, width: 8) {
                        if Measuring.countsPages { TLBCounts.of(entry).pointee.addWrite(8) }
                        host(address, entry.pointee.addend).storeBytes(of: frame[b], as: UInt64.self)
                    } else {
                        runtime.storeSlowly(address, frame[b], width: 8, index: d)
                        if state.pointee.exitRequest != ExitRequest.none { return d }
                    }
                case .store32:
                    let address = frame[a] &+ constant
                    let entry = entry(state, address)
                    if entry.pointee.writeTag == TLBEntry.probe(address, width: 4) {
                        if Measuring.countsPages { TLBCounts.of(entry).pointee.addWrite(4) }
                        host(address, entry.pointee.addend).storeBytes(of: word(frame[b]), as: UInt32.self)
                    } else {
                        runtime.storeSlowly(address, frame[b] & 0xffff_ffff, width: 4, index: d)
                        if state.pointee.exitRequest != ExitRequest.none { return d }
                    }
                case .store16:
                    let address = frame[a] &+ constant
                    let entry = entry(state, address)
                    if entry.pointee.writeTag == TLBEntry.probe(address, width: 2) {
                        if Measuring.countsPages { TLBCounts.of(entry).pointee.addWrite(2) }
                        host(address, entry.pointee.addend)
                            .storeBytes(of: UInt16(truncatingIfNeeded: frame[b]), as: UInt16.self)
                    } else {
                        runtime.storeSlowly(address, frame[b] & 0xffff, width: 2, index: d)
                        if state.pointee.exitRequest != ExitRequest.none { return d }
                    }
                case .store8:
                    let address = frame[a] &+ constant
                    let entry = entry(state, address)
                    if entry.pointee.writeTag == TLBEntry.probe(address, width: 1) {
                        if Measuring.countsPages { TLBCounts.of(entry).pointee.addWrite(1) }
                        host(address, entry.pointee.addend)
                            .storeBytes(of: UInt8(truncatingIfNeeded: frame[b]), as: UInt8.self)
                    } else {
                        runtime.storeSlowly(address, frame[b] & 0xff, width: 1, index: d)
                        if state.pointee.exitRequest != ExitRequest.none { return d }
                    }

                case .rare:
                    executeRare(RareFields(packed: constant), d: d, a: frame[a], b: frame[b], frame)
                case .rareMemory:
                    let fields = RareFields(packed: constant)
                    let value = executeRareMemory(fields, a: frame[a], b: frame[b], runtime)
                    if state.pointee.exitRequest == ExitRequest.trap { return fields.index }
                    if fields.opcode.rawValue < IROpcode.store8.rawValue
                        || fields.opcode.rawValue > IROpcode.store64.rawValue
                    {
                        frame[d] = value
                    }
                    if state.pointee.exitRequest != ExitRequest.none { return fields.index }
                case .guestCall:
                    let index = Int(truncatingIfNeeded: constant &>> 48)
                    let value = runtime.call(
                        function: UInt16(truncatingIfNeeded: constant),
                        argument: UInt32(truncatingIfNeeded: constant &>> 16), frame[a], frame[b], index: index)
                    if state.pointee.exitRequest == ExitRequest.trap { return index }
                    frame[d] = value
                    if state.pointee.exitRequest != ExitRequest.none { return index }

                case .jump:
                    target = constant
                    break steps
                case .branchEqual:
                    (target, way) = frame[a] == frame[b] ? (constant, .taken) : (ip[1].immediate, .other)
                    break steps
                case .branchNotEqual:
                    (target, way) = frame[a] != frame[b] ? (constant, .taken) : (ip[1].immediate, .other)
                    break steps
                case .branchLessSigned:
                    (target, way) = signed(frame[a]) < signed(frame[b]) ? (constant, .taken) : (ip[1].immediate, .other)
                    break steps
                case .branchLessUnsigned:
                    (target, way) = frame[a] < frame[b] ? (constant, .taken) : (ip[1].immediate, .other)
                    break steps
                case .branchGreaterEqualSigned:
                    (target, way) =
                        signed(frame[a]) >= signed(frame[b]) ? (constant, .taken) : (ip[1].immediate, .other)
                    break steps
                case .branchGreaterEqualUnsigned:
                    (target, way) = frame[a] >= frame[b] ? (constant, .taken) : (ip[1].immediate, .other)
                    break steps
                case .indirect:
                    target = frame[a]
                    way = .unlinked
                    break steps
                case .guestExit:
                    let index = Int(truncatingIfNeeded: constant &>> 48)
                    runtime.exit(
                        function: UInt16(truncatingIfNeeded: constant),
                        argument: UInt32(truncatingIfNeeded: constant &>> 16), index: index)
                    return state.pointee.exitRequest == ExitRequest.trap ? index : lookUp
                case .stop:
                    return Int(truncatingIfNeeded: constant)
                case .otherwise:
                    break
                }
                ip += 1
            }

            guard let next = successor(of: block, at: target, way, state),
                state.pointee.localTime &+ next.pointee.lastStart < state.pointee.limit,
                next.pointee.executions < next.pointee.hotAt
            else {
                frame[Int(Place.programCounter.index)] = target
                return lookUp
            }
            block = next
        }
    }

    @inline(never)
    private static func list(_ block: BlockPointer, _ state: UnsafeMutablePointer<CPUState>) {
        guard let place = state.pointee.listed else { return }
        block.pointee.isListed = true
        place.pointee = block
        state.pointee.listed = place + 1
    }

    /// The block at `target`, if it is chained or in the jump cache.
    @inline(__always)
    private static func successor(
        of block: BlockPointer, at target: UInt64, _ way: Way, _ state: UnsafeMutablePointer<CPUState>
    ) -> BlockPointer? {
        switch way {
        case .taken: if let link = block.pointee.takenLink { return link }
        case .other: if let link = block.pointee.otherLink { return link }
        case .unlinked: break
        }
        let cached = state.pointee.jumpCache[JumpCache.index(target)]
        guard cached.pc == target, let next = cached.block, next.pointee.mode == state.pointee.mode else { return nil }
        if way != .unlinked, block.pointee.isChainable, next.pointee.isChainable,
            TranslatedBlock.samePage(block.pointee.pc, target)
        {
            if way == .taken { block.pointee.takenLink = next } else { block.pointee.otherLink = next }
        }
        return next
    }
}
