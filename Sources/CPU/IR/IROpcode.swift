/// The operations of the intermediate form. `IROpcodeTable` says everything else about them.
///
/// Division follows one rule for all guests: by zero gives all ones (quotient) or the dividend (remainder), and the
/// overflow of the signed minimum by −1 gives the minimum (quotient) or 0 (remainder). A guest with another rule
/// tests for these cases itself. Shift counts are taken modulo the width of the type.
enum IROpcode: UInt8, CaseIterable {
    // Integer arithmetic.
    case move, add, sub, addShifted, and, or, xor, andNot, orNot, xorNot
    case shiftLeft, shiftRight, shiftRightSigned, rotateLeft, rotateRight
    case mul, mulHighSigned, mulHighUnsigned, mulHighSignedUnsigned
    case divSigned, divUnsigned, remSigned, remUnsigned
    // Comparison: 1 or 0.
    case equal, notEqual, lessSigned, lessUnsigned, greaterEqualSigned, greaterEqualUnsigned
    case minSigned, minUnsigned, maxSigned, maxUnsigned
    // Bits and bytes.
    case countLeadingZeros, countTrailingZeros, populationCount, byteSwap, orCombineBytes
    case signExtend8, signExtend16, signExtend32, zeroExtend8, zeroExtend16, zeroExtend32
    // Memory: address = a + immediate.
    case load8Unsigned, load8Signed, load16Unsigned, load16Signed, load32Unsigned, load32Signed, load64, load32Boxed
    case store8, store16, store32, store64
    case loadReserved, storeConditional
    case atomicSwap, atomicAdd, atomicAnd, atomicOr, atomicXor
    case atomicMinSigned, atomicMinUnsigned, atomicMaxSigned, atomicMaxUnsigned
    // Floating point: immediate = rounding mode; exceptions accumulate in the guest's flags place.
    case floatAdd, floatSub, floatMul, floatDiv, floatSqrt
    case floatMulAdd, floatMulSub, floatNegMulSub, floatNegMulAdd
    case floatMin, floatMax, floatEqual, floatLess, floatLessEqual, floatClassify
    case copySign, copySignNegated, copySignXor
    case floatToFloat32, floatToFloat64
    case floatToInt32, floatToUInt32, floatToInt64, floatToUInt64
    case floatFromInt32, floatFromUInt32, floatFromInt64, floatFromUInt64
    case boxFloat32, unboxFloat32
    // The guest's own run-time functions.
    case guestCall
    // Side exits: the immediate is a guest address. In the order of `IRCondition`, then a computed address.
    case leaveEqual, leaveNotEqual, leaveLessSigned, leaveLessUnsigned
    case leaveGreaterEqualSigned, leaveGreaterEqualUnsigned
    case leaveUnlessTarget
}

/// What one operation takes and does; the single place where this is written down.
struct IROpcodeRow {
    /// The name in the textual form.
    let name: String
    let opcode: IROpcode
    /// Legal types.
    let types: IRTypeSet
    /// How many of the operands a, b, c it reads.
    let operandCount: Int
    let hasResult: Bool
    /// What the immediate means.
    let immediate: Immediate
    let effect: Effect

    enum Immediate {
        /// Unused; must be 0.
        case none
        /// Added to operand a to give the guest's virtual address.
        case addressOffset
        /// A left shift of operand b, 0…63.
        case shift
        /// An IEEE rounding mode, 0…4 (`RoundingMode`).
        case rounding
        /// The number of a guest's run-time function in the low 16 bits and its argument above.
        case guestFunction
        /// A guest virtual address: where a side exit goes, or where it expects to go.
        case guestAddress
    }

    enum Effect {
        /// Nothing but the result: may be removed, repeated and reordered.
        case pure
        /// As `pure`, but accumulates floating-point flags.
        case flags
        /// Reads guest memory and may trap.
        case load
        /// Writes (and possibly reads) guest memory and may trap.
        case store
        /// Anything: may read and write all guest state, trap, or end the block.
        case guest
        /// Leaves the trace, or does nothing. The instruction that it ends has run either way.
        case exit
    }

    /// Width of the access in bytes, for loads, stores and atomics; 0 otherwise.
    func accessWidth(_ type: IRType) -> Int {
        switch opcode {
        case .load8Unsigned, .load8Signed, .store8: 1
        case .load16Unsigned, .load16Signed, .store16: 2
        case .load32Unsigned, .load32Signed, .load32Boxed, .store32: 4
        case .load64, .store64: 8
        case .loadReserved, .storeConditional, .atomicSwap, .atomicAdd, .atomicAnd, .atomicOr, .atomicXor,
            .atomicMinSigned, .atomicMinUnsigned, .atomicMaxSigned, .atomicMaxUnsigned:
            type.byteCount
        default: 0
        }
    }

    /// Whether a memory operation reads, and whether it writes. An atomic is a read and a write.
    var readsMemory: Bool { effect == .load || isReadModifyWrite }
    var writesMemory: Bool { effect == .store }

    private var isReadModifyWrite: Bool {
        opcode.rawValue >= IROpcode.atomicSwap.rawValue && opcode.rawValue <= IROpcode.atomicMaxUnsigned.rawValue
    }
}
