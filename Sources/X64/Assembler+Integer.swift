extension Assembler {
    /// `operation destination, source`.
    public mutating func emit(_ operation: Operation, _ width: Width, _ destination: Register, _ source: Register) {
        let rm = encoding(operation, .rm)
        if rm.isPresent {
            write(rm, width, reg: destination.rawValue, rm: source.rawValue)
            return
        }
        let mr = encoding(operation, .mr)
        if mr.isPresent {
            write(mr, width, reg: source.rawValue, rm: destination.rawValue)
            return
        }
        let vm = encoding(operation, .vm)
        write(vm, width, reg: vm.digit, rm: source.rawValue, vvvv: destination.rawValue)
    }

    /// `operation destination, [source]`.
    public mutating func emit(_ operation: Operation, _ width: Width, _ destination: Register, _ source: Memory) {
        let rm = encoding(operation, .rm)
        if rm.isPresent {
            write(rm, width, reg: destination.rawValue, source)
            return
        }
        let vm = encoding(operation, .vm)
        write(vm, width, reg: vm.digit, source, vvvv: destination.rawValue)
    }

    /// `operation [destination], source`.
    public mutating func emit(_ operation: Operation, _ width: Width, _ destination: Memory, _ source: Register) {
        write(encoding(operation, .mr), width, reg: source.rawValue, destination)
    }

    /// `operation destination, immediate`, with the shortest immediate that holds the value.
    ///
    /// The count of a shift and the number of a bit are taken modulo 256, as the encoding holds them.
    public mutating func emit(_ operation: Operation, _ width: Width, _ destination: Register, imm: Int32) {
        let short = encoding(operation, .mi8)
        let full = encoding(operation, .mi)
        if takesShort(short, full, width, imm) {
            write(short, width, reg: short.digit, rm: destination.rawValue) { encoder in
                encoder.byte(UInt8(truncatingIfNeeded: imm))
            }
        } else {
            write(full, width, reg: full.digit, rm: destination.rawValue) { $0.immediate(imm, width) }
        }
    }

    /// `operation [destination], immediate`, with the shortest immediate that holds the value.
    public mutating func emit(_ operation: Operation, _ width: Width, _ destination: Memory, imm: Int32) {
        let short = encoding(operation, .mi8)
        let full = encoding(operation, .mi)
        if takesShort(short, full, width, imm) {
            write(short, width, reg: short.digit, destination, trailing: 1) { encoder in
                encoder.byte(UInt8(truncatingIfNeeded: imm))
            }
        } else {
            let size = Encoder.immediateSize(width)
            write(full, width, reg: full.digit, destination, trailing: size) { $0.immediate(imm, width) }
        }
    }

    /// Whether the form with an immediate of one byte serves: it does where it is the only one.
    @inline(__always)
    private func takesShort(_ short: Encoding, _ full: Encoding, _ width: Width, _ imm: Int32) -> Bool {
        guard short.isPresent else { return false }
        return !full.isPresent || (width != .byte && imm == Int32(Int8(truncatingIfNeeded: imm)))
    }

    /// `operation operand`: `not`, `neg`, `inc`, `dec`, `mul`, `imul`, `div`, `idiv`, `bswap`, `push`, `pop`, and shifts by cl.
    public mutating func emit(_ operation: Operation, _ width: Width, _ operand: Register) {
        let o = encoding(operation, .o)
        guard o.isPresent else {
            let m = encoding(operation, .m)
            write(m, width, reg: m.digit, rm: operand.rawValue)
            return
        }
        guard hasRoom() else { return }
        var encoder = encoder
        encoder.opcode(
            o, width, added: operand.rawValue & 7, reg: 0, index: 0, rm: operand.rawValue, vvvv: 0, forcesREX: false)
        next = encoder.next
    }

    /// `operation [operand]`.
    public mutating func emit(_ operation: Operation, _ width: Width, _ operand: Memory) {
        let m = encoding(operation, .m)
        write(m, width, reg: m.digit, operand)
    }

    /// `operation`: `cdq`, `cqo`.
    public mutating func emit(_ operation: Operation) {
        let encoding = encoding(operation, .zo)
        precondition(encoding.isPresent, "the instruction needs operands")
        guard hasRoom() else { return }
        var encoder = encoder
        encoder.opcode(encoding, .long, reg: 0, index: 0, rm: 0, vvvv: 0, forcesREX: false)
        next = encoder.next
    }

    /// `andn destination, first, second`; `shlx`, `shrx`, `sarx destination, value, count`.
    public mutating func emit(
        _ operation: Operation, _ width: Width, _ destination: Register, _ first: Register, _ second: Register
    ) {
        let rmv = encoding(operation, .rmv)
        if rmv.isPresent {
            write(rmv, width, reg: destination.rawValue, rm: first.rawValue, vvvv: second.rawValue)
        } else {
            write(
                encoding(operation, .rvm), width, reg: destination.rawValue, rm: second.rawValue, vvvv: first.rawValue)
        }
    }

    /// `shlx`, `shrx`, `sarx destination, [value], count`.
    public mutating func emit(
        _ operation: Operation, _ width: Width, _ destination: Register, _ value: Memory, _ count: Register
    ) {
        write(encoding(operation, .rmv), width, reg: destination.rawValue, value, vvvv: count.rawValue)
    }

    /// `andn destination, first, [second]`.
    public mutating func emit(
        _ operation: Operation, _ width: Width, _ destination: Register, _ first: Register, _ second: Memory
    ) {
        write(encoding(operation, .rvm), width, reg: destination.rawValue, second, vvvv: first.rawValue)
    }

    /// `imul destination, source, immediate`; `rorx destination, source, count`.
    public mutating func emit(
        _ operation: Operation, _ width: Width, _ destination: Register, _ source: Register, imm: Int32
    ) {
        let short = encoding(operation, .rmi8)
        let full = encoding(operation, .rmi)
        if takesShort(short, full, width, imm) {
            write(short, width, reg: destination.rawValue, rm: source.rawValue) { encoder in
                encoder.byte(UInt8(truncatingIfNeeded: imm))
            }
        } else {
            write(full, width, reg: destination.rawValue, rm: source.rawValue) { $0.immediate(imm, width) }
        }
    }

    /// `imul destination, [source], immediate`; `rorx destination, [source], count`.
    public mutating func emit(
        _ operation: Operation, _ width: Width, _ destination: Register, _ source: Memory, imm: Int32
    ) {
        let short = encoding(operation, .rmi8)
        let full = encoding(operation, .rmi)
        if takesShort(short, full, width, imm) {
            write(short, width, reg: destination.rawValue, source, trailing: 1) { encoder in
                encoder.byte(UInt8(truncatingIfNeeded: imm))
            }
        } else {
            let size = Encoder.immediateSize(width)
            write(full, width, reg: destination.rawValue, source, trailing: size) { $0.immediate(imm, width) }
        }
    }

    /// Loads a constant in the shortest way: `xor`, `mov` of 32 bits zero-extended, sign-extended, or all 64 bits.
    ///
    /// - Parameter keepingFlags: forbids `xor`, which would change the flags.
    public mutating func move(_ destination: Register, _ value: UInt64, keepingFlags: Bool = false) {
        if value == 0 && !keepingFlags {
            emit(.xor, .long, destination, destination)
        } else if value == UInt64(UInt32(truncatingIfNeeded: value)) {
            moveFull(destination, .long, value)
        } else if Int64(bitPattern: value) == Int64(Int32(truncatingIfNeeded: value)) {
            emit(.mov, .quad, destination, imm: Int32(truncatingIfNeeded: value))
        } else {
            moveFull(destination, .quad, value)
        }
    }

    @inline(__always)
    private mutating func moveFull(_ destination: Register, _ width: Width, _ value: UInt64) {
        guard hasRoom() else { return }
        let number = destination.rawValue
        var encoder = encoder
        encoder.opcode(
            encoding(.mov, .oi), width, added: number & 7, reg: 0, index: 0, rm: number, vvvv: 0, forcesREX: false)
        encoder.long(Int32(truncatingIfNeeded: value))
        if width == .quad { encoder.long(Int32(truncatingIfNeeded: value >> 32)) }
        next = encoder.next
    }

    /// `setcc destination`: its lowest byte becomes 1 or 0; the others stay as they are.
    public mutating func set(_ condition: Condition, _ destination: Register) {
        let encoding = encoding(.setcc, .m)
        write(encoding, .byte, added: condition.rawValue, reg: encoding.digit, rm: destination.rawValue)
    }

    /// `setcc [destination]`, one byte.
    public mutating func set(_ condition: Condition, _ destination: Memory) {
        let encoding = encoding(.setcc, .m)
        write(encoding, .byte, added: condition.rawValue, reg: encoding.digit, destination)
    }

    /// `cmovcc destination, source`. A `long` destination loses its upper half even if the condition does not hold.
    public mutating func move(
        if condition: Condition, _ width: Width, _ destination: Register, _ source: Register
    ) {
        write(
            encoding(.cmovcc, .rm), width, added: condition.rawValue, reg: destination.rawValue, rm: source.rawValue)
    }

    /// `cmovcc destination, [source]`. The memory is read whether or not the condition holds.
    public mutating func move(if condition: Condition, _ width: Width, _ destination: Register, _ source: Memory) {
        write(encoding(.cmovcc, .rm), width, added: condition.rawValue, reg: destination.rawValue, source)
    }
}
