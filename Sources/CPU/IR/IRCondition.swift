/// The conditions of a branch, and of the side exits.
enum IRCondition: UInt8, CaseIterable {
    case equal, notEqual, lessSigned, lessUnsigned, greaterEqualSigned, greaterEqualUnsigned

    var name: String { "\(self)" }

    /// The condition that holds exactly where this one does not.
    var inverted: IRCondition {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .lessSigned: .greaterEqualSigned
        case .lessUnsigned: .greaterEqualUnsigned
        case .greaterEqualSigned: .lessSigned
        case .greaterEqualUnsigned: .lessUnsigned
        }
    }

    /// The operation that gives 1 where the condition holds, and 0 elsewhere.
    var comparison: IROpcode { IRCondition.opcode(IROpcode.equal.rawValue + rawValue) }

    /// The side exit that leaves where the condition holds.
    var leave: IROpcode { IRCondition.opcode(IROpcode.leaveEqual.rawValue + rawValue) }

    /// The condition that a comparison computes; nil for other operations.
    init?(comparison opcode: IROpcode) {
        guard opcode.rawValue >= IROpcode.equal.rawValue else { return nil }
        self.init(rawValue: opcode.rawValue - IROpcode.equal.rawValue)
    }

    /// The condition of a side exit; nil for `leaveUnlessTarget` and other operations.
    init?(leave opcode: IROpcode) {
        guard opcode.rawValue >= IROpcode.leaveEqual.rawValue else { return nil }
        self.init(rawValue: opcode.rawValue - IROpcode.leaveEqual.rawValue)
    }

    /// Whether the condition holds between two values of an integer type.
    func holds(_ type: IRType, _ a: UInt64, _ b: UInt64) -> Bool {
        if type == .i32 {
            return IntegerOperation.evaluate32(
                comparison, UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b), shift: 0) != 0
        }
        return IntegerOperation.evaluate64(comparison, a, b, shift: 0) != 0
    }

    private static func opcode(_ rawValue: UInt8) -> IROpcode {
        // Safe: both groups of operations hold one for each condition, in the same order.
        unsafeBitCast(rawValue, to: IROpcode.self)
    }
}
