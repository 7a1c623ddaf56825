/// Unpriv. spec "B": Zba, Zbb and Zbs.
extension RISCVTranslator {
    mutating func translateBits(_ i: DecodedInstruction) {
        let type = registerType
        let immediate = IROperand.signed(i.immediate)
        switch i.operation {
        case .add_uw: addShifted(i, 0, isWord: true)
        case .sh1add: addShifted(i, 1, isWord: false)
        case .sh2add: addShifted(i, 2, isWord: false)
        case .sh3add: addShifted(i, 3, isWord: false)
        case .sh1add_uw: addShifted(i, 1, isWord: true)
        case .sh2add_uw: addShifted(i, 2, isWord: true)
        case .sh3add_uw: addShifted(i, 3, isWord: true)
        case .slli_uw:
            let word = builder.emit(.zeroExtend32, .i64, x(i.rs1))
            builder.emit(.shiftLeft, .i64, to: destination(i.rd), word, immediate)
        case .andn: two(.andNot, orderedType, i)
        case .orn: two(.orNot, orderedType, i)
        case .xnor: two(.xorNot, orderedType, i)
        case .clz: one(.countLeadingZeros, type, i)
        case .ctz: one(.countTrailingZeros, type, i)
        case .cpop: one(.populationCount, type, i)
        case .clzw: one(.countLeadingZeros, .i32, i)
        case .ctzw: one(.countTrailingZeros, .i32, i)
        case .cpopw: one(.populationCount, .i32, i)
        case .max: two(.maxSigned, orderedType, i)
        case .maxu: two(.maxUnsigned, orderedType, i)
        case .min: two(.minSigned, orderedType, i)
        case .minu: two(.minUnsigned, orderedType, i)
        case .sext_b: one(.signExtend8, .i64, i)
        case .sext_h: one(.signExtend16, .i64, i)
        case .zext_h: one(.zeroExtend16, .i64, i)
        case .rol: two(.rotateLeft, type, i)
        case .ror: two(.rotateRight, type, i)
        case .rori: two(.rotateRight, type, i, immediate)
        case .rolw: two(.rotateLeft, .i32, i)
        case .rorw: two(.rotateRight, .i32, i)
        case .roriw: two(.rotateRight, .i32, i, immediate)
        case .orc_b: one(.orCombineBytes, type, i)
        case .rev8: one(.byteSwap, type, i)
        case .bclr: singleBit(.andNot, i, x(i.rs2))
        case .bclri: singleBit(.andNot, i, immediate)
        case .binv: singleBit(.xor, i, x(i.rs2))
        case .binvi: singleBit(.xor, i, immediate)
        case .bset: singleBit(.or, i, x(i.rs2))
        case .bseti: singleBit(.or, i, immediate)
        case .bext: extractBit(i, x(i.rs2))
        case .bexti: extractBit(i, immediate)
        default: preconditionFailure("\(i.operation) stands in another chapter")
        }
    }

    /// rd ← rs2 + (rs1 << amount), where rs1 may be taken as an unsigned word.
    private mutating func addShifted(_ i: DecodedInstruction, _ amount: Int64, isWord: Bool) {
        let index = isWord ? builder.emit(.zeroExtend32, .i64, x(i.rs1)) : x(i.rs1)
        builder.emit(.addShifted, registerType, to: destination(i.rd), x(i.rs2), index, immediate: amount)
    }

    private mutating func singleBit(_ opcode: IROpcode, _ i: DecodedInstruction, _ position: IROperand) {
        let bit = builder.emit(.shiftLeft, registerType, .constant(1), position)
        builder.emit(opcode, orderedType, to: destination(i.rd), x(i.rs1), bit)
    }

    private mutating func extractBit(_ i: DecodedInstruction, _ position: IROperand) {
        let shifted = builder.emit(.shiftRight, registerType, x(i.rs1), position)
        builder.emit(.and, orderedType, to: destination(i.rd), shifted, .constant(1))
    }
}
