import TandemKernel

/// What names in an expression mean.
protocol ExpressionSymbols {
    /// The value of `$name`.
    func register(_ name: String) -> UInt64?
    /// The address of a symbol of the guest.
    func symbol(_ name: String) -> UInt64?
    /// Registers whose names are close to `name`.
    func nearestRegisters(to name: String) -> [String]
}

/// Reads an expression: numbers (decimal, `0x`, `0o`, `0b`, `'c'`), registers (`$sp`), symbols of the guest, parentheses, and
/// the operators of C with their precedence: `~ - +` before a value, `* / %`, `+ -`, `<< >>`, `&`, `^`, `|`. Arithmetic is
/// modulo 2⁶⁴; division is unsigned. An operator between two values has blanks on both sides or on none, so that
/// `0x1000 16 /tmp/file` is three arguments.
struct ExpressionReader {
    private let line: [UInt8]
    /// Behind what was read.
    private(set) var position: Int
    private let symbols: any ExpressionSymbols
    private var depth = 0

    /// How deep parentheses and signs may nest.
    private static let depthLimit = 64
    /// Binary operators from the weakest to the strongest.
    private static let levels: [[String]] = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]]

    init(_ line: [UInt8], at position: Int, symbols: any ExpressionSymbols) {
        self.line = line
        self.position = position
        self.symbols = symbols
    }

    mutating func read() throws(CommandError) -> UInt64 { try binary(0) }

    private mutating func binary(_ level: Int) throws(CommandError) -> UInt64 {
        guard level < Self.levels.count else { return try unary() }
        var value = try binary(level + 1)
        while true {
            let start = position
            skipBlanks()
            guard let sign = Self.levels[level].first(where: { starts(with: $0) }) else {
                position = start
                return value
            }
            let hasBlankBefore = position > start
            position += sign.utf8.count
            let hasBlankBehind = position < line.count && ArgumentReader.isBlank(line[position])
            if hasBlankBefore, !hasBlankBehind, position < line.count {
                position = start
                return value
            }
            let right = try binary(level + 1)
            switch sign {
            case "|": value |= right
            case "^": value ^= right
            case "&": value &= right
            // What is shifted out is gone.
            case "<<": value = value << right
            case ">>": value = value >> right
            case "+": value &+= right
            case "-": value &-= right
            case "*": value &*= right
            default:
                guard right != 0 else {
                    throw CommandError(at: ArgumentReader.place(start), "a division by zero")
                }
                value = sign == "/" ? value / right : value % right
            }
        }
    }

    private mutating func unary() throws(CommandError) -> UInt64 {
        depth += 1
        defer { depth -= 1 }
        skipBlanks()
        let start = position
        guard depth <= Self.depthLimit else {
            throw CommandError(
                at: ArgumentReader.place(start), "the expression nests deeper than \(Self.depthLimit) levels")
        }
        guard position < line.count else { throw missing(start) }
        switch line[position] {
        case UInt8(ascii: "-"):
            position += 1
            return 0 &- (try unary())
        case UInt8(ascii: "+"):
            position += 1
            return try unary()
        case UInt8(ascii: "~"):
            position += 1
            return ~(try unary())
        case UInt8(ascii: "("):
            position += 1
            let value = try binary(0)
            skipBlanks()
            guard position < line.count, line[position] == UInt8(ascii: ")") else {
                throw CommandError(at: ArgumentReader.place(start), "the parenthesis has no partner")
            }
            position += 1
            return value
        case UInt8(ascii: "'"):
            guard position + 2 < line.count, line[position + 2] == UInt8(ascii: "'") else { throw missing(start) }
            position += 3
            return UInt64(line[position - 2])
        case UInt8(ascii: "$"):
            position += 1
            let name = word()
            if let value = symbols.register(name) { return value }
            throw CommandError(
                at: ArgumentReader.place(start), "there is no register “$\(name)”",
                nearest: symbols.nearestRegisters(to: name))
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(word(), start)
        default:
            let name = word()
            if name.isEmpty { throw missing(start) }
            if let value = symbols.symbol(name) { return value }
            throw CommandError(
                at: ArgumentReader.place(start), "there is no symbol “\(name)”",
                expected: "a number, a register such as $sp, or a symbol of the guest")
        }
    }

    private func number(_ text: String, _ start: Int) throws(CommandError) -> UInt64 {
        let lowercase = text.lowercased()
        let bases: [(String, Int)] = [("0x", 16), ("0o", 8), ("0b", 2)]
        let value =
            bases.first { lowercase.hasPrefix($0.0) }.map { UInt64(lowercase.dropFirst(2), radix: $0.1) }
            ?? UInt64(lowercase)
        if let value { return value }
        throw CommandError(
            at: ArgumentReader.place(start), "“\(text)” is no number of 64 bits",
            expected: "decimal digits, or 0x and hexadecimal ones")
    }

    private func missing(_ position: Int) -> CommandError {
        let found =
            position < line.count
            ? "“\(String(decoding: line[position...].prefix(20), as: UTF8.self))”" : "the end of the line"
        return CommandError(
            at: ArgumentReader.place(position), "\(found) stands where a value must",
            expected: "a number, a register such as $sp, or a symbol of the guest")
    }

    private mutating func word() -> String {
        let start = position
        while position < line.count, isWordByte(line[position]) { position += 1 }
        return String(decoding: line[start..<position], as: UTF8.self)
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: "-") && (ArgumentReader.isNameByte(byte) || byte == UInt8(ascii: "."))
    }

    private func starts(with sign: String) -> Bool { line[position...].starts(with: sign.utf8) }

    private mutating func skipBlanks() {
        while position < line.count, ArgumentReader.isBlank(line[position]) { position += 1 }
    }
}
