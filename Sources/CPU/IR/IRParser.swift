/// A mistake in the textual form of a block, with its place. Lines and columns count from 1.
struct IRTextError: Error, Equatable, CustomStringConvertible {
    let line: Int
    let column: Int
    let reason: String

    var description: String { "line \(line), column \(column): \(reason)" }
}

/// Reads blocks as `IRPrinter` writes them. Blank lines and `#` comments are free.
///
/// It checks the grammar and the ranges of numbers; whether the block makes sense is the verifier's question.
struct IRParser {
    private let functions: [String]
    private var cursor: IRTextCursor
    private var block = IRBlock()

    /// Reads one block.
    /// - Parameter functions: Names of the guest's run-time functions, by number.
    static func block(_ text: String, functions: [String] = []) throws(IRTextError) -> IRBlock {
        var parser = IRParser(functions: functions, cursor: IRTextCursor(text))
        return try parser.parse()
    }

    private init(functions: [String], cursor: IRTextCursor) {
        self.functions = functions
        self.cursor = cursor
    }

    private mutating func parse() throws(IRTextError) -> IRBlock {
        cursor.skipBlankLines()
        try cursor.expect(word: "block")
        block.pc = try cursor.number()
        try cursor.endLine()
        var hasTerminal = false
        while !cursor.isAtEnd {
            if hasTerminal { throw cursor.error("a block ends with its terminal; expected nothing more") }
            if cursor.take("@") {
                try parseBoundary()
            } else {
                hasTerminal = try parseOperationOrTerminal()
            }
            try cursor.endLine()
        }
        if !hasTerminal {
            throw cursor.error("the block has no terminal; expected jump, branch, indirect or exit")
        }
        return block
    }

    private mutating func parseBoundary() throws(IRTextError) {
        cursor.mark()
        let index = try cursor.number()
        guard index == block.boundaries.count else {
            throw cursor.errorAtMark("boundary @\(index) is out of turn; expected @\(block.boundaries.count)")
        }
        let pc = try cursor.number()
        try cursor.expect("+")
        let length = try cursor.number(upTo: 255)
        block.boundaries.append(
            IRBoundary(firstOperation: block.instructions.count, pc: pc, length: Int(length)))
    }

    /// Returns whether it was a terminal.
    private mutating func parseOperationOrTerminal() throws(IRTextError) -> Bool {
        cursor.mark()
        let name = try cursor.word("an operation")
        switch name {
        case "jump": block.terminal = .jump(try cursor.number())
        case "branch": block.terminal = try parseBranch()
        case "indirect": block.terminal = .indirect(try operand())
        case "exit":
            let (function, argument) = try parseCall()
            block.terminal = .guestExit(function: function, argument: argument)
        default:
            guard let opcode = IROpcodeTable.opcode(named: name) else {
                throw cursor.errorAtMark("'\(name)' is neither an operation nor a terminal")
            }
            block.instructions.append(try parseOperation(opcode))
            return false
        }
        return true
    }

    // MARK: Operations

    private mutating func parseOperation(_ opcode: IROpcode) throws(IRTextError) -> IRInstruction {
        let row = IROpcodeTable[opcode]
        let (type, order) = try parseSuffixes(row)
        var instruction = IRInstruction(opcode: opcode, type: type, result: nil)
        instruction.order = order
        var separator = Separator()
        if row.hasResult {
            try separator.next(&cursor)
            instruction.result = try parseResult()
        }
        if row.immediate == .guestFunction {
            try separator.next(&cursor)
            let (function, argument) = try parseCall()
            instruction.immediate = IRInstruction.guestCallImmediate(function, argument)
        }
        for index in 0..<row.operandCount {
            try separator.next(&cursor)
            let value: IROperand
            if row.immediate == .addressOffset, index == 0 {
                (value, instruction.immediate) = try parseMemory()
            } else {
                value = try operand()
            }
            switch index {
            case 0: instruction.a = value
            case 1: instruction.b = value
            default: instruction.c = value
            }
        }
        if row.immediate == .shift {
            try cursor.expect("<<")
            instruction.immediate = try cursor.signedNumber()
        }
        if row.immediate == .rounding {
            try separator.next(&cursor)
            instruction.immediate = try parseRounding()
        }
        if row.immediate == .guestAddress {
            try separator.next(&cursor)
            instruction.immediate = Int64(bitPattern: try cursor.number())
        }
        return instruction
    }

    /// Commas between parts, none before the first.
    private struct Separator {
        private var isFirst = true

        mutating func next(_ cursor: inout IRTextCursor) throws(IRTextError) {
            if !isFirst { try cursor.expect(",") }
            isFirst = false
        }
    }

    private mutating func parseSuffixes(_ row: IROpcodeRow) throws(IRTextError) -> (IRType, ByteOrder) {
        var type: IRType?
        var order = ByteOrder.little
        while cursor.take(".") {
            cursor.mark()
            let suffix = try cursor.word("a type")
            if suffix == "big" {
                order = .big
            } else if let found = IRType.allCases.first(where: { $0.name == suffix }) {
                type = found
            } else {
                throw cursor.errorAtMark("'\(suffix)' is not a suffix; expected i32, i64, f32, f64 or big")
            }
        }
        guard let type = type ?? row.types.only else {
            let legal = IRType.allCases.filter(row.types.contains).map(\.name).joined(separator: " or ")
            throw cursor.error("\(row.name) needs a type; expected .\(legal)")
        }
        return (type, order)
    }

    private mutating func parseBranch() throws(IRTextError) -> IRTerminal {
        try cursor.expect(".")
        cursor.mark()
        let typeName = try cursor.word("a type")
        guard let type = IRType.allCases.first(where: { $0.name == typeName }) else {
            throw cursor.errorAtMark("'\(typeName)' is not a type; expected i32 or i64")
        }
        cursor.mark()
        let name = try cursor.word("a condition")
        guard let condition = IRCondition.allCases.first(where: { $0.name == name }) else {
            let legal = IRCondition.allCases.map(\.name).joined(separator: ", ")
            throw cursor.errorAtMark("'\(name)' is not a condition; expected one of \(legal)")
        }
        let a = try operand()
        try cursor.expect(",")
        let b = try operand()
        try cursor.expect(",")
        let taken = try cursor.number()
        try cursor.expect(",")
        return .branch(condition, type, a, b, taken: taken, otherwise: try cursor.number())
    }

    // MARK: Operands

    private mutating func parseResult() throws(IRTextError) -> Place? {
        cursor.mark()
        let name = try cursor.word("a place")
        if name == "_" { return nil }
        guard let place = Self.place(named: name) else {
            throw cursor.errorAtMark("'\(name)' is not a place; expected rN, tN or _")
        }
        return place
    }

    private mutating func operand() throws(IRTextError) -> IROperand {
        if cursor.isAtNumber { return .signed(try cursor.signedNumber()) }
        cursor.mark()
        let name = try cursor.word("an operand")
        if name == "none" { return .none }
        guard let place = Self.place(named: name) else {
            throw cursor.errorAtMark("'\(name)' is not an operand; expected rN, tN or a number")
        }
        return .place(place)
    }

    private mutating func parseMemory() throws(IRTextError) -> (IROperand, Int64) {
        try cursor.expect("[")
        let base = try operand()
        var offset: Int64 = 0
        if cursor.take("+") || cursor.isAtNumber { offset = try cursor.signedNumber() }
        try cursor.expect("]")
        return (base, offset)
    }

    private mutating func parseRounding() throws(IRTextError) -> Int64 {
        if cursor.isAtNumber { return try cursor.signedNumber() }
        cursor.mark()
        let name = try cursor.word("a rounding mode")
        guard let mode = RoundingMode.allCases.first(where: { $0.name == name }) else {
            let legal = RoundingMode.allCases.map(\.name).joined(separator: ", ")
            throw cursor.errorAtMark("'\(name)' is not a rounding mode; expected one of \(legal)")
        }
        return Int64(mode.rawValue)
    }

    private mutating func parseCall() throws(IRTextError) -> (function: UInt16, argument: UInt32) {
        cursor.mark()
        let function: UInt16
        if cursor.isAtNumber {
            function = UInt16(try cursor.number(upTo: UInt64(UInt16.max)))
        } else {
            let name = try cursor.word("a function")
            guard let number = functions.firstIndex(of: name) else {
                throw cursor.errorAtMark("'\(name)' is not a function of this guest")
            }
            function = UInt16(number)
        }
        try cursor.expect("(")
        let argument = UInt32(try cursor.number(upTo: UInt64(UInt32.max)))
        try cursor.expect(")")
        return (function, argument)
    }

    private static func place(named name: String) -> Place? {
        switch name {
        case "zero": return .zero
        case "pc": return .programCounter
        case "flags": return .floatFlags
        default: break
        }
        guard let number = UInt16(name.dropFirst()) else { return nil }
        switch name.first {
        case "r": return number < Place.firstReserved ? Place(index: number) : nil
        case "t": return Int(number) < Place.temporaryCount ? .temporary(Int(number)) : nil
        default: return nil
        }
    }
}
