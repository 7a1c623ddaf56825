import TandemX64

/// Memory: the fast way inline, everything else by a stub.
///
/// The address is in rcx at every check, and the stub computes it anew, because a check may have changed it.
extension X64Lowering {
    mutating func lowerMemory(_ i: IRInstruction, operation: Int, boundary: Int) {
        let row = IROpcodeTable[i.opcode]
        let width = row.accessWidth(i.type)
        let kind: Stub.Kind
        switch i.opcode {
        case .loadReserved: kind = .loadReserved
        case .storeConditional: kind = .storeConditional
        case .store8, .store16, .store32, .store64: kind = .store
        default: kind = row.effect == .load ? .load : .atomic
        }
        spillTemporaries()
        let cover = settings.plainSize == 0 || kind != .load ? nil : covers.cover(of: operation)
        if let cover, cover.leader != operation {
            emitLoad(i, from: coveredPlace(i))
            return
        }
        if width == 8 || width == 4, kind == .store, case .place(let place) = i.b, let vector = vectors[place] {
            // The fast way and the slow one store the same register.
            settle(vector)
            if width == 8 { box(vector) }
        }
        let stub = Stub(
            kind: kind, isCover: cover != nil, label: asm.makeLabel(), resume: asm.makeLabel(), operation: operation,
            boundary: boundary,
            forms: vectors.forms, after: vectors.forms)
        let number = stubs.count
        stubs.append(stub)
        switch kind {
        case .load where i.order == .little: emitLoad(i, width, cover, slow: stub.label)
        case .store where i.order == .little: emitStore(i, width, slow: stub.label)
        case .atomic where i.order == .little: emitAtomic(i, width, slow: stub.label)
        case .loadReserved where i.order == .little: emitLoadReserved(i, width, slow: stub.label)
        case .storeConditional where i.order == .little: emitStoreConditional(i, width, slow: stub.label)
        default:
            asm.jump(stub.label)
            if let result = i.result, let vector = vectors[result] {
                vectors.forms.set(vector, single: false, raw: false)
            }
        }
        asm.bind(stub.resume)
        stubs[number].after = vectors.forms
    }

    // MARK: Addresses

    /// rcx ← the guest address of an access.
    private mutating func emitAddress(_ i: IRInstruction) {
        if case .constant(let base) = i.a {
            asm.move(.rcx, base &+ UInt64(bitPattern: i.immediate))
            return
        }
        let base = value(i.a, .rcx)
        if let offset = Int32(exactly: i.immediate) {
            if offset != 0 {
                asm.emit(.lea, .quad, .rcx, Memory(base, offset))
            } else if base != .rcx {
                asm.emit(.mov, .quad, .rcx, base)
            }
        } else {
            asm.move(.rdx, UInt64(bitPattern: i.immediate))
            asm.emit(.lea, .quad, .rcx, Memory(base, index: .rdx))
        }
    }

    /// Whether accesses of this width can be checked against the plain range.
    private func isPlain(_ width: Int) -> Bool {
        settings.plainSize != 0 && settings.plainSize / UInt64(width) <= UInt64(Int32.max)
    }

    /// The host's place of a load that is known to stay within the plain range; jumps to `slow` for others.
    ///
    /// One comparison checks both the range and the alignment: rotated by the width, misaligned offsets are huge.
    private mutating func emitPlainAddress(_ i: IRInstruction, _ width: Int, slow: Label) -> Memory {
        let limit = settings.plainSize / UInt64(width)
        if case .constant(let base) = i.a {
            let offset = base &+ UInt64(bitPattern: i.immediate) &- settings.plainStart
            if offset & UInt64(width - 1) == 0, offset / UInt64(width) < limit, offset <= UInt64(Int32.max) {
                return Memory(X64Registers.memoryBase, Int32(offset))
            }
        }
        let distance = i.immediate &- Int64(bitPattern: settings.plainStart)
        if case .place = i.a, let distance = Int32(exactly: distance) {
            asm.emit(.lea, .quad, .rcx, Memory(value(i.a, .rcx), distance))
        } else {
            emitAddress(i)
            if let start = Int32(exactly: -Int64(bitPattern: settings.plainStart)) {
                asm.emit(.add, .quad, .rcx, imm: start)
            } else {
                asm.move(.rdx, settings.plainStart)
                asm.emit(.sub, .quad, .rcx, .rdx)
            }
        }
        if width == 1 {
            asm.emit(.cmp, .quad, .rcx, imm: Int32(limit))
        } else {
            asm.emit(.rorx, .quad, .rdx, .rcx, imm: Int32(width.trailingZeroBitCount))
            asm.emit(.cmp, .quad, .rdx, imm: Int32(limit))
        }
        asm.jump(if: .aboveOrEqual, slow)
        return Memory(X64Registers.memoryBase, index: .rcx)
    }

    /// The host's place of a load that checks for others too; jumps to `slow` if not all of them are within the range.
    private mutating func emitCoverCheck(_ i: IRInstruction, _ cover: X64Covers.Cover, slow: Label) -> Memory {
        let width = Int64(cover.width)
        // The lowest offset at which an access of the widest kind is aligned.
        let low = cover.reference - (cover.reference - cover.low + width - 1) / width * width
        let limit = (Int64(settings.plainSize) - (cover.high - low)) / width
        let distance = low &- Int64(bitPattern: settings.plainStart)
        let base = value(i.a, .rcx)
        if let distance = Int32(exactly: distance) {
            asm.emit(.lea, .quad, .rcx, Memory(base, distance))
        } else {
            asm.move(.rdx, UInt64(bitPattern: distance))
            asm.emit(.lea, .quad, .rcx, Memory(base, index: .rdx))
        }
        if width == 1 {
            asm.emit(.cmp, .quad, .rcx, imm: Int32(limit))
        } else {
            asm.emit(.rorx, .quad, .rdx, .rcx, imm: Int32(cover.width.trailingZeroBitCount))
            asm.emit(.cmp, .quad, .rdx, imm: Int32(limit))
        }
        asm.jump(if: .aboveOrEqual, slow)
        return Memory(X64Registers.memoryBase, index: .rcx, Int32(i.immediate - low))
    }

    /// The host's place of a load that another one has checked.
    private mutating func coveredPlace(_ i: IRInstruction) -> Memory {
        let base = value(i.a, .rcx)
        if let distance = Int32(exactly: i.immediate &- Int64(bitPattern: settings.plainStart)) {
            return Memory(X64Registers.memoryBase, index: base, distance)
        }
        if let start = Int32(exactly: -Int64(bitPattern: settings.plainStart)) {
            asm.emit(.lea, .quad, .rcx, Memory(base, Int32(i.immediate)))
            return Memory(X64Registers.memoryBase, index: .rcx, start)
        }
        asm.move(.rdx, UInt64(bitPattern: i.immediate) &- settings.plainStart)
        asm.emit(.lea, .quad, .rcx, Memory(base, index: .rdx))
        return Memory(X64Registers.memoryBase, index: .rcx)
    }

    /// The host's place of an access by way of the soft-TLB; jumps to `slow` where its tag does not match.
    ///
    /// The tag is that of the page of the last byte, so that one comparison finds accesses across pages too; atomic ones
    /// must be aligned besides.
    private mutating func emitProbe(
        _ i: IRInstruction, _ width: Int, isWrite: Bool, isAtomic: Bool = false, slow: Label
    ) -> Memory {
        emitAddress(i)
        asm.emit(.mov, .quad, .rax, .rcx)
        asm.emit(.shr, .quad, .rax, imm: 7)
        asm.emit(.and, .long, .rax, X64Frame.tableMask)
        if isAtomic || width == 1 {
            asm.emit(.mov, .quad, .rdx, .rcx)
        } else {
            asm.emit(.lea, .quad, .rdx, Memory(.rcx, Int32(width - 1)))
        }
        asm.emit(.and, .quad, .rdx, imm: isAtomic ? -4096 | Int32(width - 1) : -4096)
        let tag = Int32(isWrite ? Self.writeTagOffset : Self.readTagOffset)
        // In plain mode the base register holds something else.
        if settings.plainSize != 0 {
            asm.emit(.add, .quad, .rax, X64Frame.table)
            asm.emit(.cmp, .quad, .rdx, Memory(.rax, tag))
            asm.jump(if: .notEqual, slow)
            asm.emit(.add, .quad, .rcx, Memory(.rax, Int32(Self.addendOffset)))
        } else {
            asm.emit(.cmp, .quad, .rdx, Memory(X64Registers.memoryBase, index: .rax, tag))
            asm.jump(if: .notEqual, slow)
            asm.emit(
                .add, .quad, .rcx, Memory(X64Registers.memoryBase, index: .rax, Int32(Self.addendOffset)))
        }
        return Memory(.rcx)
    }

    /// Counts an access that an `emitProbe` has let through, for its page. Changes the flags.
    private mutating func emitCount(_ width: Int, isWrite: Bool) {
        guard settings.countsPages else { return }
        let place = Memory(
            X64Registers.memoryBase, index: .rax,
            Int32(TLBCounts.offset(isWrite: isWrite, lane: stubs.count)))
        asm.emit(.add, .quad, place, imm: Int32(TLBCounts.increment(width)))
    }

    private static let readTagOffset = MemoryLayout<TLBEntry>.offset(of: \TLBEntry.readTag).unsafelyUnwrapped
    private static let writeTagOffset = MemoryLayout<TLBEntry>.offset(of: \TLBEntry.writeTag).unsafelyUnwrapped
    private static let addendOffset = MemoryLayout<TLBEntry>.offset(of: \TLBEntry.addend).unsafelyUnwrapped

    // MARK: Loads and stores

    private mutating func emitLoad(_ i: IRInstruction, _ width: Int, _ cover: X64Covers.Cover?, slow: Label) {
        let place: Memory
        if let cover {
            place = emitCoverCheck(i, cover, slow: slow)
        } else if isPlain(width) {
            place = emitPlainAddress(i, width, slow: slow)
        } else {
            place = emitProbe(i, width, isWrite: false, slow: slow)
            emitCount(width, isWrite: false)
        }
        emitLoad(i, from: place)
    }

    private mutating func emitLoad(_ i: IRInstruction, from place: Memory) {
        if let result = i.result, let vector = vectors[result], i.opcode == .load64 || i.opcode == .load32Boxed {
            let isSingle = i.opcode == .load32Boxed
            asm.emit(isSingle ? .vmovss : .vmovsd, vector, place)
            vectors.forms.set(vector, single: isSingle, raw: false)
            return
        }
        let target = target(i.result, .rax)
        switch i.opcode {
        case .load8Unsigned: asm.emit(.movzx8, .long, target, place)
        case .load8Signed: asm.emit(.movsx8, .quad, target, place)
        case .load16Unsigned: asm.emit(.movzx16, .long, target, place)
        case .load16Signed: asm.emit(.movsx16, .quad, target, place)
        case .load32Unsigned: asm.emit(.mov, .long, target, place)
        case .load32Signed: asm.emit(.movsxd, .quad, target, place)
        case .load32Boxed:
            asm.emit(.mov, .long, target, place)
            emitBox(target)
        default: asm.emit(.mov, .quad, target, place)
        }
        finish(i.result, target)
    }

    /// Sets the upper half of a register. Changes rcx.
    private mutating func emitBox(_ register: Register) {
        asm.move(.rcx, 0xffff_ffff_0000_0000, keepingFlags: true)
        asm.emit(.lea, .quad, register, Memory(register, index: .rcx))
    }

    private mutating func emitStore(_ i: IRInstruction, _ width: Int, slow: Label) {
        let place = emitProbe(i, width, isWrite: true, slow: slow)
        emitCount(width, isWrite: true)
        if width >= 4, case .place(let value) = i.b, let vector = vectors[value] {
            asm.emit(width == 8 ? .vmovsd : .vmovss, place, vector)
        } else if case .constant(let value) = i.b, let small = Self.immediate(value, width == 8 ? .quad : .long) {
            asm.emit(.mov, Self.width(bytes: width), place, imm: small)
        } else {
            asm.emit(.mov, Self.width(bytes: width), place, value(i.b, .rax))
        }
    }

    private static func width(bytes: Int) -> Width {
        switch bytes {
        case 1: .byte
        case 2: .word
        case 4: .long
        default: .quad
        }
    }

    /// Reserves for this CPU alone: nobody else can write before a slow path or the end of the slice, and those tell the
    /// bus first (`Hart.publishReservation`).
    private mutating func emitLoadReserved(_ i: IRInstruction, _ width: Int, slow: Label) {
        let place = emitProbe(i, width, isWrite: false, isAtomic: true, slow: slow)
        asm.emit(.cmp, .quad, X64Frame.holdsReservation, imm: 0)
        asm.jump(if: .notEqual, slow)
        emitCount(width, isWrite: false)
        let target = target(i.result, .rax)
        asm.emit(width == 4 ? .movsxd : .mov, .quad, target, place)
        if width == 8 { asm.emit(.inc, .quad, .rcx) }
        asm.emit(.mov, .quad, X64Frame.localReservation, .rcx)
        finish(i.result, target)
    }

    /// Succeeds where the last reservation was made here and still is this CPU's secret; the slow path knows the rest.
    private mutating func emitStoreConditional(_ i: IRInstruction, _ width: Int, slow: Label) {
        let place = emitProbe(i, width, isWrite: true, isAtomic: true, slow: slow)
        if width == 8 {
            asm.emit(.lea, .quad, .rdx, Memory(.rcx, 1))
            asm.emit(.cmp, .quad, .rdx, X64Frame.localReservation)
        } else {
            asm.emit(.cmp, .quad, .rcx, X64Frame.localReservation)
        }
        asm.jump(if: .notEqual, slow)
        emitCount(width, isWrite: true)
        asm.emit(.mov, Self.width(bytes: width), place, value(i.b, .rax))
        asm.emit(.mov, .quad, X64Frame.localReservation, imm: 0)
        guard let result = i.result else { return }
        let target = target(result, .rax)
        asm.move(target, 0)
        finish(result, target)
    }

    /// A read-modify-write of memory that nobody else can touch meanwhile: all harts share one host thread.
    private mutating func emitAtomic(_ i: IRInstruction, _ width: Int, slow: Label) {
        let place = emitProbe(i, width, isWrite: true, isAtomic: true, slow: slow)
        emitCount(width, isWrite: false)
        emitCount(width, isWrite: true)
        let size = Self.width(bytes: width)
        // rax ← the new value, rdx ← the old one
        asm.emit(width == 4 ? .movsxd : .mov, .quad, .rdx, place)
        switch i.opcode {
        case .atomicSwap: load(i.b, into: .rax)
        case .atomicAdd: combine(.add, i, size)
        case .atomicAnd: combine(.and, i, size)
        case .atomicOr: combine(.or, i, size)
        case .atomicXor: combine(.xor, i, size)
        case .atomicMinSigned: select(.greater, i, size)
        case .atomicMaxSigned: select(.less, i, size)
        case .atomicMinUnsigned: select(.above, i, size)
        default: select(.below, i, size)
        }
        asm.emit(.mov, size, place, .rax)
        finish(i.result, .rdx)
    }

    private mutating func combine(_ operation: Operation, _ i: IRInstruction, _ size: Width) {
        load(i.b, into: .rax)
        asm.emit(operation, size, .rax, .rdx)
    }

    /// rax ← the operand if the old value is `condition` than it, else the old value.
    private mutating func select(_ condition: Condition, _ i: IRInstruction, _ size: Width) {
        load(i.b, into: .rax)
        asm.emit(.cmp, size, .rdx, .rax)
        asm.move(if: condition.inverted, size, .rax, .rdx)
    }

    // MARK: Slow paths

    private static let missedCoverOffset =
        UInt(MemoryLayout<TranslatedBlock>.offset(of: \TranslatedBlock.hasMissedCover).unsafelyUnwrapped)

    mutating func emitSlowAccess(_ stub: Stub) {
        let i = ir.instructions[stub.operation]
        let width = IROpcodeTable[i.opcode].accessWidth(i.type)
        emitAddress(i)
        let function: SlowCall.Function
        switch stub.kind {
        case .load: function = .load
        case .store: function = .store
        case .loadReserved: function = .loadReserved
        case .storeConditional: function = .storeConditional
        default: function = .atomic
        }
        if stub.kind != .load, stub.kind != .loadReserved { load(i.b, into: .rdx) }
        if stub.isCover { asm.emit(.mov, .byte, .at(UInt(bitPattern: unit) + Self.missedCoverOffset), imm: 1) }
        let isSwapped = i.order == .big && (stub.kind == .load || stub.kind == .store)
        if isSwapped, stub.kind == .store { emitSwap(.rdx, width) }
        let isDone = asm.makeLabel()
        if settings.readsDirectly, stub.kind == .load, !stub.isCover {
            let rest = UInt64(settings.instructionCost) * UInt64(ir.boundaries.count - stub.boundary)
            asm.move(.rdx, rest)
            asm.call(address: thunks.read(width: width, keepsVectors: vectors.mapped != 0))
            asm.jump(if: .below, isDone)
        }
        callSlowly(SlowCall(function, index: stub.boundary, width: width, order: i.order, opcode: i.opcode))
        asm.bind(isDone)
        finishSlowAccess(stub) { lowering in
            // No instruction here changes the flags.
            if isSwapped, stub.kind == .load { lowering.emitSwap(.rax, width) }
            lowering.finishSlowValue(i, width)
        }
    }

    /// Exchanges the bytes of a value of `width` bytes. Keeps the flags.
    private mutating func emitSwap(_ register: Register, _ width: Int) {
        guard width > 1 else { return }
        asm.emit(.bswap, width == 8 ? .quad : .long, register)
        if width == 2 { asm.emit(.rorx, .long, register, register, imm: 16) }
    }

    /// Brings the result of a slow path from rax to its place, in the form that the operation gives it.
    private mutating func finishSlowValue(_ i: IRInstruction, _ width: Int) {
        guard let result = i.result else { return }
        let target = target(result, .rax)
        switch i.opcode {
        case .load8Unsigned: asm.emit(.movzx8, .long, target, .rax)
        case .load8Signed: asm.emit(.movsx8, .quad, target, .rax)
        case .load16Unsigned: asm.emit(.movzx16, .long, target, .rax)
        case .load16Signed: asm.emit(.movsx16, .quad, target, .rax)
        case .load32Unsigned: asm.emit(.mov, .long, target, .rax)
        case .load32Signed: asm.emit(.movsxd, .quad, target, .rax)
        case .load32Boxed:
            asm.emit(.mov, .long, target, .rax)
            emitBox(target)
        case .load64, .storeConditional:
            if target != .rax { asm.emit(.mov, .quad, target, .rax) }
        default:
            if width == 4 {
                asm.emit(.movsxd, .quad, target, .rax)
            } else if target != .rax {
                asm.emit(.mov, .quad, target, .rax)
            }
        }
        finish(result, target)
    }
}
