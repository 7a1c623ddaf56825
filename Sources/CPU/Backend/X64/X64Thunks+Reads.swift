import TandemX64

/// Reads of device registers without a slow path: see `DirectReadTable`.
extension X64Thunks {
    /// The code for each width.
    func emitReads(_ asm: inout Assembler, keepsVectors: Bool) -> (UInt, UInt, UInt, UInt) {
        (
            emitRead(&asm, 0, keepsVectors), emitRead(&asm, 1, keepsVectors), emitRead(&asm, 2, keepsVectors),
            emitRead(&asm, 3, keepsVectors)
        )
    }

    /// A unit comes with a guest address in rcx, and in rdx the time of the instructions from this one to the end of the
    /// unit, which is charged already. Returns with the carry flag set, the zero flag clear and the value in rax; or with
    /// the carry flag clear, if there must be a slow path. That changes rax and rdx alone; so does the other, and rcx.
    ///
    /// It does what `Hart.loadSlowly` does with such an access, in the same order: translation, what a slow path would
    /// settle, the time at which the instruction starts, the read, the count.
    private func emitRead(_ asm: inout Assembler, _ widthShift: Int, _ keepsVectors: Bool) -> UInt {
        asm.align(to: 16)
        let start = asm.address
        let slow = asm.makeLabel()
        let declined = asm.makeLabel()
        asm.emit(.push, .quad, .rdx)
        emitLookUp(&asm, widthShift, slow)
        emitAttention(&asm, slow)
        // rdx ← when the instruction starts
        asm.emit(.mov, .quad, .rdx, X64Frame.limit)
        asm.emit(.add, .quad, .rdx, X64Frame.budgetBias)
        asm.emit(.sub, .quad, .rdx, X64Registers.budget)
        asm.emit(.sub, .quad, .rdx, Memory(.rsp))
        asm.jump(if: .sign, slow)
        for (index, register) in X64Registers.volatile.enumerated() {
            asm.emit(.mov, .quad, X64Frame.saved(index), register)
        }
        if keepsVectors { saveVectors(&asm) }
        // The base register has its value in the frame too, and survives the call.
        let tableOffset = Self.tableOffset(widthShift)
        func slot(_ path: PartialKeyPath<DirectReadSlot>) -> Memory {
            Memory(X64Registers.memoryBase, tableOffset + Self.offset(of: path))
        }
        asm.emit(.mov, .quad, .rdi, slot(\.context))
        asm.emit(.mov, .quad, .rsi, slot(\.argument))
        asm.call(slot(\.function))
        for (index, register) in X64Registers.volatile.enumerated() {
            asm.emit(.mov, .quad, register, X64Frame.saved(index))
        }
        if keepsVectors { restoreVectors(&asm) }
        // Sets the carry flag for every value but `DirectRead.declined`.
        asm.emit(.cmp, .quad, .rax, imm: -1)
        asm.jump(if: .equal, declined)
        // Keeps the carry flag.
        asm.emit(.inc, .quad, slot(\.reads))
        asm.emit(.mov, .quad, X64Registers.memoryBase, X64Frame.memoryBase)
        asm.emit(.lea, .quad, .rsp, Memory(.rsp, 8))
        asm.ret()
        asm.bind(declined)
        asm.emit(.mov, .quad, .rcx, slot(\.address))
        asm.bind(slow)
        asm.emit(.mov, .quad, X64Registers.memoryBase, X64Frame.memoryBase)
        // Clears the carry flag: the stack does not end where addresses do.
        asm.emit(.add, .quad, .rsp, imm: 8)
        asm.ret()
        return start
    }

    /// Base register ← the slot of the address, less `tableOffset`; goes to `slow` if it does not hold for it.
    private func emitLookUp(_ asm: inout Assembler, _ widthShift: Int, _ slow: Label) {
        // rax ← the TLB entry
        asm.emit(.mov, .quad, .rax, .rcx)
        asm.emit(.shr, .quad, .rax, imm: 7)
        asm.emit(.and, .long, .rax, X64Frame.tableMask)
        asm.emit(.add, .quad, .rax, X64Frame.table)
        asm.emit(.mov, .quad, .rdx, .rcx)
        asm.emit(.and, .quad, .rdx, imm: -4096)
        asm.emit(.or, .quad, .rdx, imm: Int32(TLBEntry.slow))
        asm.emit(.cmp, .quad, .rdx, Memory(.rax, Self.offset(of: \TLBEntry.readTag)))
        asm.jump(if: .notEqual, slow)
        asm.emit(.mov, .quad, .rax, Memory(.rax, Self.offset(of: \TLBEntry.target)))
        // base ← the slot
        let slotSize = MemoryLayout<DirectReadSlot>.stride
        asm.emit(.mov, .long, X64Registers.memoryBase, .rcx)
        asm.emit(.shl, .long, X64Registers.memoryBase, imm: Int32(slotSize.trailingZeroBitCount - widthShift))
        asm.emit(
            .and, .long, X64Registers.memoryBase, imm: Int32((DirectReadTable.slotsPerWidth - 1) * slotSize))
        asm.emit(.add, .quad, X64Registers.memoryBase, X64Frame.directReads)
        let tableOffset = Self.tableOffset(widthShift)
        asm.emit(
            .cmp, .quad, .rcx,
            Memory(X64Registers.memoryBase, tableOffset + Self.offset(of: \DirectReadSlot.address)))
        asm.jump(if: .notEqual, slow)
        asm.emit(
            .cmp, .quad, .rax,
            Memory(X64Registers.memoryBase, tableOffset + Self.offset(of: \DirectReadSlot.target)))
        asm.jump(if: .notEqual, slow)
    }

    /// Goes to `slow` if `Hart.settle` would find something to do behind the access. The read itself gives it nothing.
    private func emitAttention(_ asm: inout Assembler, _ slow: Label) {
        asm.emit(.mov, .quad, .rax, X64Frame.access)
        asm.emit(.mov, .quad, .rdx, X64Frame.horizonGeneration)
        asm.emit(.mov, .quad, .rdx, Memory(.rdx))
        asm.emit(.cmp, .quad, .rdx, Memory(.rax, Self.offset(of: \AccessState.horizonGeneration)))
        asm.jump(if: .notEqual, slow)
        asm.emit(.cmp, .byte, Memory(.rax, Self.offset(of: \AccessState.needsAttention)), imm: 0)
        asm.jump(if: .notEqual, slow)
        asm.emit(.cmp, .byte, Memory(.rax, Self.offset(of: \AccessState.codeChanged)), imm: 0)
        asm.jump(if: .notEqual, slow)
        asm.emit(.test, .quad, X64Registers.budget, X64Registers.budget)
        asm.jump(if: .sign, slow)
    }

    /// Bytes from the start of the table to the slots of a width.
    private static func tableOffset(_ widthShift: Int) -> Int32 {
        Int32(widthShift * DirectReadTable.slotsPerWidth * MemoryLayout<DirectReadSlot>.stride)
    }

    private static func offset<Root>(of path: PartialKeyPath<Root>) -> Int32 {
        guard let offset = MemoryLayout<Root>.offset(of: path) else {
            preconditionFailure("generated code can only reach stored fields")
        }
        return Int32(offset)
    }
}
