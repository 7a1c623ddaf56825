extension Assembler {
    /// `operation destination, first, second`.
    public mutating func emit(_ operation: VectorOperation, _ destination: Vector, _ first: Vector, _ second: Vector) {
        write(
            encoding(operation, .rvm), .long, reg: destination.rawValue, rm: second.rawValue, vvvv: first.rawValue)
    }

    /// `operation destination, first, [second]`.
    public mutating func emit(_ operation: VectorOperation, _ destination: Vector, _ first: Vector, _ second: Memory) {
        write(encoding(operation, .rvm), .long, reg: destination.rawValue, second, vvvv: first.rawValue)
    }

    /// `operation destination, source`.
    public mutating func emit(_ operation: VectorOperation, _ destination: Vector, _ source: Vector) {
        write(encoding(operation, .rm), .long, reg: destination.rawValue, rm: source.rawValue)
    }

    /// `operation destination, [source]`: a load.
    public mutating func emit(_ operation: VectorOperation, _ destination: Vector, _ source: Memory) {
        write(encoding(operation, .rm), .long, reg: destination.rawValue, source)
    }

    /// `operation [destination], source`: a store.
    public mutating func emit(_ operation: VectorOperation, _ destination: Memory, _ source: Vector) {
        write(encoding(operation, .mr), .long, reg: source.rawValue, destination)
    }

    /// `operation destination, source, immediate`: shifts and shuffles.
    public mutating func emit(_ operation: VectorOperation, _ destination: Vector, _ source: Vector, imm: UInt8) {
        let vmi = encoding(operation, .vmi)
        if vmi.isPresent {
            write(vmi, .long, reg: vmi.digit, rm: source.rawValue, vvvv: destination.rawValue) { $0.byte(imm) }
        } else {
            write(encoding(operation, .rmi), .long, reg: destination.rawValue, rm: source.rawValue) { $0.byte(imm) }
        }
    }

    /// `operation destination, [source], immediate`.
    public mutating func emit(_ operation: VectorOperation, _ destination: Vector, _ source: Memory, imm: UInt8) {
        write(encoding(operation, .rmi), .long, reg: destination.rawValue, source, trailing: 1) { $0.byte(imm) }
    }

    /// `operation destination, first, second, immediate`: comparisons and rounding.
    public mutating func emit(
        _ operation: VectorOperation, _ destination: Vector, _ first: Vector, _ second: Vector, imm: UInt8
    ) {
        let rvmi = encoding(operation, .rvmi)
        write(rvmi, .long, reg: destination.rawValue, rm: second.rawValue, vvvv: first.rawValue) { $0.byte(imm) }
    }

    /// `operation destination, first, [second], immediate`; so are `vpinsrd` and `vpinsrq`.
    public mutating func emit(
        _ operation: VectorOperation, _ destination: Vector, _ first: Vector, _ second: Memory, imm: UInt8
    ) {
        let vector = encoding(operation, .rvmi)
        let rvmi = vector.isPresent ? vector : encoding(operation, .rvmiGeneral)
        write(rvmi, .long, reg: destination.rawValue, second, vvvv: first.rawValue, trailing: 1) { $0.byte(imm) }
    }

    /// `operation destination, first, second, mask`: takes `second` where the mask's sign is set, else `first`.
    public mutating func emit(
        _ operation: VectorOperation, _ destination: Vector, _ first: Vector, _ second: Vector, mask: Vector
    ) {
        write(
            encoding(operation, .rvmr), .long, reg: destination.rawValue, rm: second.rawValue, vvvv: first.rawValue
        ) { $0.byte(mask.rawValue << 4) }
    }

    /// `operation destination, first, [second], mask`.
    public mutating func emit(
        _ operation: VectorOperation, _ destination: Vector, _ first: Vector, _ second: Memory, mask: Vector
    ) {
        write(
            encoding(operation, .rvmr), .long, reg: destination.rawValue, second, vvvv: first.rawValue, trailing: 1
        ) { $0.byte(mask.rawValue << 4) }
    }

    // MARK: Between general registers and vectors

    /// `vmovd` (`long`) or `vmovq` (`quad`) from a general register; the rest of the vector becomes zero.
    public mutating func emit(_ operation: VectorOperation, _ width: Width, _ destination: Vector, _ source: Register) {
        write(sized(operation, .rmFromGeneral, width), width, reg: destination.rawValue, rm: source.rawValue)
    }

    /// `vmovd` or `vmovq` to a general register, or a conversion to an integer of `width`, or a mask of signs.
    public mutating func emit(_ operation: VectorOperation, _ width: Width, _ destination: Register, _ source: Vector) {
        let conversion = encoding(operation, .rmToGeneral)
        if conversion.isPresent {
            write(conversion, width, reg: destination.rawValue, rm: source.rawValue)
        } else {
            write(sized(operation, .mrToGeneral, width), width, reg: source.rawValue, rm: destination.rawValue)
        }
    }

    /// A conversion of memory to an integer of `width`.
    public mutating func emit(_ operation: VectorOperation, _ width: Width, _ destination: Register, _ source: Memory) {
        write(encoding(operation, .rmToGeneral), width, reg: destination.rawValue, source)
    }

    /// A conversion of the integer `second` of `width`; the rest of the vector comes from `first`.
    public mutating func emit(
        _ operation: VectorOperation, _ width: Width, _ destination: Vector, _ first: Vector, _ second: Register
    ) {
        write(
            encoding(operation, .rvmGeneral), width, reg: destination.rawValue, rm: second.rawValue,
            vvvv: first.rawValue)
    }

    /// A conversion of the integer at `second` of `width`; the rest of the vector comes from `first`.
    public mutating func emit(
        _ operation: VectorOperation, _ width: Width, _ destination: Vector, _ first: Vector, _ second: Memory
    ) {
        write(encoding(operation, .rvmGeneral), width, reg: destination.rawValue, second, vvvv: first.rawValue)
    }

    /// `vpinsrd`, `vpinsrq destination, first, second, lane`.
    public mutating func emit(
        _ operation: VectorOperation, _ destination: Vector, _ first: Vector, _ second: Register, imm: UInt8
    ) {
        write(
            encoding(operation, .rvmiGeneral), .long, reg: destination.rawValue, rm: second.rawValue,
            vvvv: first.rawValue
        ) { $0.byte(imm) }
    }

    /// `vmovd` and `vmovq` are one opcode, told apart by the width.
    @inline(__always)
    private func sized(_ operation: VectorOperation, _ form: Form, _ width: Width) -> Encoding {
        guard operation == .vmovd || operation == .vmovq else { return encoding(operation, form) }
        return encoding(width == .quad ? .vmovq : .vmovd, form)
    }
}
