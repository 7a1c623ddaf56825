@testable import TandemX64

extension Assembler {
    /// Assembles `sample` through the function that a user would call.
    mutating func emit(_ sample: Sample) {
        switch sample.row.mnemonic {
        case .integer(let operation): emit(operation, sample)
        case .vector(let operation): emit(operation, sample)
        }
    }

    private mutating func emit(_ operation: Operation, _ sample: Sample) {
        let width = sample.width
        let operands = sample.operands
        switch (operation, operands.count) {
        case (.nop, 0):
            nop(bytes: sample.row.encoding.prefixBits == 0 ? 1 : 2)
            return
        case (_, 0):
            emit(operation)
            return
        case (.jmp, 1), (.jcc, 1), (.call, 1):
            guard case .target(let address) = operands[0] else { break }
            jump(operation, sample, address)
            return
        case (.setcc, 1):
            guard let condition = sample.condition else { return }
            switch operands[0] {
            case .general(let register, _): set(condition, register)
            case .memory(let memory, _): set(condition, memory)
            default: break
            }
            return
        case (.mov, 2):
            guard sample.row.form == .oi, case .general(let d, _) = operands[0],
                case .immediate(let value) = operands[1]
            else { break }
            move(d, UInt64(bitPattern: value))
            return
        case (.cmovcc, 2):
            guard let condition = sample.condition, case .general(let d, _) = operands[0] else { return }
            switch operands[1] {
            case .general(let s, _): move(if: condition, width, d, s)
            case .memory(let s, _): move(if: condition, width, d, s)
            default: break
            }
            return
        default: break
        }
        if sample.row.encoding.has(.byCL) {
            emitOne(operation, width, operands[0])
            return
        }
        switch operands.count {
        case 1: emitOne(operation, width, operands[0])
        case 2: emitTwo(operation, width, operands)
        default: emitThree(operation, width, operands)
        }
    }

    private mutating func jump(_ operation: Operation, _ sample: Sample, _ address: UInt) {
        if sample.row.form == .d8 {
            let label = makeLabel()
            bind(label)
            if let condition = sample.condition { jump(if: condition, label) } else { jump(label) }
        } else if let condition = sample.condition {
            jump(if: condition, to: address)
        } else if operation == .jmp {
            jump(to: address)
        } else {
            call(address: address)
        }
    }

    private mutating func emitOne(_ operation: Operation, _ width: Width, _ operand: Instruction.Operand) {
        switch operand {
        case .general(let register, _): emit(operation, width, register)
        case .memory(let memory, _): emit(operation, width, memory)
        default: break
        }
    }

    private mutating func emitTwo(_ operation: Operation, _ width: Width, _ operands: [Instruction.Operand]) {
        switch (operands[0], operands[1]) {
        case (.general(let d, _), .general(let s, _)): emit(operation, width, d, s)
        case (.general(let d, _), .memory(let s, _)): emit(operation, width, d, s)
        case (.memory(let d, _), .general(let s, _)): emit(operation, width, d, s)
        case (.general(let d, _), .immediate(let value)):
            emit(operation, width, d, imm: Int32(truncatingIfNeeded: value))
        case (.memory(let d, _), .immediate(let value)):
            emit(operation, width, d, imm: Int32(truncatingIfNeeded: value))
        default: break
        }
    }

    private mutating func emitThree(_ operation: Operation, _ width: Width, _ operands: [Instruction.Operand]) {
        guard case .general(let d, _) = operands[0] else { return }
        switch (operands[1], operands[2]) {
        case (.general(let s, _), .general(let t, _)): emit(operation, width, d, s, t)
        case (.general(let s, _), .memory(let t, _)): emit(operation, width, d, s, t)
        case (.memory(let s, _), .general(let t, _)): emit(operation, width, d, s, t)
        case (.general(let s, _), .immediate(let value)):
            emit(operation, width, d, s, imm: Int32(truncatingIfNeeded: value))
        case (.memory(let s, _), .immediate(let value)):
            emit(operation, width, d, s, imm: Int32(truncatingIfNeeded: value))
        default: break
        }
    }

    private mutating func emit(_ operation: VectorOperation, _ sample: Sample) {
        let operands = sample.operands
        switch (operands[0], operands[1]) {
        case (.memory(let d, _), .vector(let s)): emit(operation, d, s)
        case (.general(let d, _), .vector(let s)): emit(operation, sample.width(for: operation), d, s)
        case (.general(let d, _), .memory(let s, _)): emit(operation, sample.width, d, s)
        case (.vector(let d), .general(let s, _)): emit(operation, sample.width(for: operation), d, s)
        case (.vector(let d), .memory(let s, _)):
            if case .immediate(let value)? = operands.dropFirst(2).first {
                emit(operation, d, s, imm: UInt8(truncatingIfNeeded: value))
            } else {
                emit(operation, d, s)
            }
        case (.vector(let d), .vector(let s)): emit(operation, d, s, sample)
        default: break
        }
    }

    private mutating func emit(_ operation: VectorOperation, _ d: Vector, _ s: Vector, _ sample: Sample) {
        let rest = Array(sample.operands.dropFirst(2))
        var imm: UInt8?
        if case .immediate(let value)? = rest.last { imm = UInt8(truncatingIfNeeded: value) }
        switch (rest.first, rest.dropFirst().first) {
        case (nil, _): emit(operation, d, s)
        case (.immediate, _): emit(operation, d, s, imm: imm ?? 0)
        case (.vector(let t), .vector(let mask)): emit(operation, d, s, t, mask: mask)
        case (.memory(let t, _), .vector(let mask)): emit(operation, d, s, t, mask: mask)
        case (.vector(let t), _): if let imm { emit(operation, d, s, t, imm: imm) } else { emit(operation, d, s, t) }
        case (.general(let t, _), _):
            if let imm { emit(operation, d, s, t, imm: imm) } else { emit(operation, sample.width, d, s, t) }
        case (.memory(let t, _), _):
            if let imm {
                emit(operation, d, s, t, imm: imm)
            } else if sample.row.form == .rvmGeneral {
                emit(operation, sample.width, d, s, t)
            } else {
                emit(operation, d, s, t)
            }
        default: break
        }
    }
}

extension Sample {
    /// `vmovq` moves a quad whatever the row says of widths.
    fileprivate func width(for operation: VectorOperation) -> Width { operation == .vmovq ? .quad : width }
}

/// Samples that were assembled, and where each begins.
struct Assembled {
    let bytes: [UInt8]
    /// One more than there are samples: the last is the end.
    let offsets: [Int]

    init(_ samples: [Sample]) {
        let capacity = (samples.count + 1) * 16
        let place = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        defer { place.deallocate() }
        var assembler = Assembler(writingAt: place, executingAt: Sample.codeAddress, capacity: capacity)
        var offsets: [Int] = []
        for sample in samples {
            offsets.append(assembler.position)
            assembler.emit(sample)
        }
        precondition(!assembler.hasOverflowed, "there is room for all samples")
        offsets.append(assembler.position)
        self.offsets = offsets
        bytes = Array(UnsafeRawBufferPointer(start: place, count: assembler.position))
    }
}
