/// Unpriv. spec "RV32I" §2.5, control transfer.
extension RISCVTranslator {
    mutating func translateControl(_ i: DecodedInstruction) {
        let target = wrapped(pc &+ UInt64(bitPattern: i.immediate))
        let next = wrapped(pc &+ UInt64(i.length))
        switch i.operation {
        case .jal:
            guard mayJump(to: target) else { return exit(.checkTarget, i.word) }
            constant(next, to: i.rd)
            end(.jump(target))
        case .jalr: translateJumpRegister(i, next: next)
        default:
            guard mayJump(to: target) else { return exit(.checkTarget, i.word) }
            end(.branch(condition(i.operation), orderedType, x(i.rs1), x(i.rs2), taken: target, otherwise: next))
        }
    }

    private mutating func translateJumpRegister(_ i: DecodedInstruction, next: UInt64) {
        guard hasCompressed else { return exit(.checkTarget, i.word) }
        var target = x(i.rs1)
        if i.immediate != 0 { target = builder.emit(.add, .i64, target, .signed(i.immediate)) }
        target = builder.emit(.and, .i64, target, .constant(xlen == .rv32 ? 0xffff_fffe : ~1))
        constant(next, to: i.rd)
        end(.indirect(target))
    }

    /// Without the C extension, instructions stand at multiples of 4 (Unpriv. spec §1.5).
    private func mayJump(to target: UInt64) -> Bool { hasCompressed || target & 3 == 0 }

    private func condition(_ operation: RISCVOperation) -> IRCondition {
        switch operation {
        case .beq: .equal
        case .bne: .notEqual
        case .blt: .lessSigned
        case .bge: .greaterEqualSigned
        case .bltu: .lessUnsigned
        default: .greaterEqualUnsigned
        }
    }
}
